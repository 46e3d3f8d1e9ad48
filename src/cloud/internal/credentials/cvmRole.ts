/**
 * The credential of the role of a virtual machine, from the metadata service that every
 * CVM reaches.
 *
 * **Gotchas**
 *
 * - The metadata service speaks plain http, and asks nobody who he is: only the machine
 *   itself reaches it. Redirects are not followed.
 * - Elsewhere its name has no address, or somebody else answers it. So its words are
 *   read as those of a stranger.
 */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { makeSend } from "../../../internal/send.ts"
import { CredentialsError, NotConfigured, Unreachable, WrongFormat } from "../../CredentialsError.ts"
import * as Policy from "../../Policy.ts"
import { exchange } from "../exchange.ts"
import { type Credential, Credentials } from "./model.ts"
import { makeRefreshing } from "./refreshing.ts"
import { fromFields } from "./temporary.ts"

/**
 * Where the metadata service is.
 *
 * @category models
 * @since 0.1.0
 */
export interface CvmRoleOptions {
  /** Its origin; `http://metadata.tencentyun.com` by default. */
  readonly endpoint?: string | undefined
}

const defaultEndpoint = "http://metadata.tencentyun.com"
const folder = "/latest/meta-data/cam/security-credentials/"

// It is near, and elsewhere nobody should wait for it.
const limits = { timeout: "1 second", maxResponseSize: ByteSize.kibibytes(64) } as const

const unreachable = (description: string, cause?: unknown) =>
  new CredentialsError({
    reason: new Unreachable({ server: "the metadata service of the CVM", description, cause })
  })

const readEndpoint = (endpoint: string): Effect.Effect<URL, CredentialsError> => {
  const url = URL.canParse(folder, endpoint) ? new URL(folder, endpoint) : undefined
  return url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.password === ""
    ? Effect.succeed(url)
    : Effect.fail(
        new CredentialsError({
          reason: new WrongFormat({
            place: "the options of layerCvmRole",
            description: `endpoint must be an origin such as ${defaultEndpoint}.`
          })
        })
      )
}

/** The text at a place of the metadata service, or none where there is no such place. */
const read = Effect.fnUntraced(function* (url: URL) {
  const send = yield* makeSend
  const policy = yield* Policy.Policy
  const { status, text } = yield* Effect.mapError(
    exchange(send, HttpClientRequest.get(url), { ...policy, ...limits }),
    (reason) =>
      reason._tag === "Timeout"
        ? unreachable("no answer came within 1 second. Check that this machine is a CVM.", reason)
        : unreachable(`${reason.description}.`, reason)
  )
  if (status === 404) return Option.none()
  if (status !== 200) return yield* unreachable(`it answered with the HTTP status ${status}.`)
  return Option.some(text.trim())
})

const decodeAnswer = Schema.decodeUnknownOption(
  Schema.fromJsonString(
    Schema.StructWithRest(Schema.Struct({ Code: Schema.Literal("Success") }), [
      Schema.Record(Schema.String, Schema.Unknown)
    ])
  )
)

/** Fetches a credential of the machine's role. */
export const cvmRole = Effect.fnUntraced(function* ({
  endpoint = defaultEndpoint
}: CvmRoleOptions = {}): Effect.fn.Return<Credential, CredentialsError, HttpClient.HttpClient> {
  const url = yield* readEndpoint(endpoint)
  const role = Option.getOrElse(yield* read(url), () => "")
  if (role === "") {
    return yield* new CredentialsError({
      reason: new NotConfigured({ places: [`the role of the CVM (${url.origin})`] })
    })
  }
  // It becomes a part of a path, and of what people read.
  if (!/^[\w+=,.@-]{1,128}$/.test(role) || /^\.+$/.test(role)) {
    return yield* unreachable("its answer is not the name of a role.")
  }
  const answer = Option.flatMap(yield* read(new URL(role, url)), decodeAnswer)
  return yield* Option.match(
    Option.flatMap(answer, (fields) => fromFields(fields, `the CVM role ${role}`)),
    {
      onSome: Effect.succeed,
      onNone: () =>
        Effect.fail(unreachable(`it has no credential for the role ${role}. Check that the role exists in CAM.`))
    }
  )
})

/**
 * Provides temporary credentials of the role of this machine, a virtual machine of
 * Tencent Cloud (CVM).
 *
 * **Details**
 *
 * They come from the metadata service, which answers within a second or not at all, and
 * are refreshed as `makeRefreshing` says. Nothing is fetched while the layer is built.
 * `get` fails with the reason `NotConfigured` when the machine has no role, and with
 * `Unreachable` where there is no metadata service, such as on a laptop.
 *
 * **Gotchas**
 *
 * The metadata service speaks plain http. Give this layer an `HttpClient` that reaches
 * it directly: a proxy would read the credentials, and would have those of its own machine.
 *
 * **Example** (A machine with a role)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Layer } from "effect"
 * import * as Credentials from "effect-hunyuan3d/Credentials"
 * import * as Fake from "effect-hunyuan3d/Fake"
 *
 * // In an application: Layer.provide(FetchHttpClient.layer)
 * const Test = Credentials.layerCvmRole().pipe(Layer.provide(Fake.layer({ role: "renderer" })))
 * const credential = await Effect.runPromise(
 *   Credentials.Credentials.use((credentials) => credentials.get).pipe(Effect.provide(Test))
 * )
 * assert.equal(credential.source, "the CVM role renderer")
 * assert.ok(credential.expiresAt)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerCvmRole = (options?: CvmRoleOptions): Layer.Layer<Credentials, never, HttpClient.HttpClient> =>
  Layer.effect(Credentials, makeRefreshing(cvmRole(options)))
