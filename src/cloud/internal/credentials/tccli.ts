/**
 * The credential and the region of a profile of Tencent Cloud's command-line tool: two
 * JSON files in `~/.tccli`.
 *
 * **Gotchas**
 *
 * - The file of a login (`tccli auth login`, `tccli sso login`) has a type, a token and
 *   the time of their end. `tccli configure` changes the keys alone, and leaves the
 *   type and the token of the login behind, with which no key works.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import { brokenLine } from "../../../internal/json.ts"
import { CredentialsError, NotConfigured, WrongFormat } from "../../CredentialsError.ts"
import * as Endpoint from "../../Endpoint.ts"
import { variable } from "./env.ts"
import { inHome, makeReader } from "./file.ts"
import { type Credential, Credentials } from "./model.ts"
import { rereading, unexpired } from "./rereading.ts"
import { credentialFrom } from "./values.ts"

/**
 * Which profile.
 *
 * @category models
 * @since 0.1.0
 */
export interface TccliOptions {
  /** Its name. By default that of `TCCLI_PROFILE`, or else `default`. */
  readonly profile?: string | undefined
}

const wrong = (place: string, line: number | undefined, description: string) =>
  new CredentialsError({ reason: new WrongFormat({ place, line, description }) })

const notConfigured = (place: string) => new CredentialsError({ reason: new NotConfigured({ places: [place] }) })

/** The line of a name in JSON. */
const lineOf = (text: string, name: string) => {
  const index = text.split(/\r\n|[\r\n]/).findIndex((line) => line.includes(`"${name}"`))
  return index === -1 ? undefined : index + 1
}

const decodeJson = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Unknown))

const decodeObject = Schema.decodeUnknownEffect(Schema.Record(Schema.String, Schema.Unknown))

/** A JSON object. The parser's own error may quote the text, so it is left out. */
const readObject = (text: string, place: string) =>
  decodeJson(text).pipe(
    Effect.mapError(() => wrong(place, brokenLine(text), "this is no JSON. Correct it, or run `tccli configure`.")),
    Effect.flatMap((value) =>
      Effect.mapError(decodeObject(value), () => wrong(place, 1, "this is no JSON object. Run `tccli configure`."))
    )
  )

/** The name of a profile is a part of a file name, and nothing else. */
const nameOf = Effect.fnUntraced(function* ({ profile }: TccliOptions) {
  const name = profile ?? Option.getOrElse(yield* variable("TCCLI_PROFILE"), () => "default")
  // A slash leads to another directory; a colon, on Windows, to another disk.
  if (/^[^/\\:\p{Cc}]+$/u.test(name)) return name
  const origin = profile === undefined ? "the profile that TCCLI_PROFILE names" : "the profile of tccli"
  return yield* wrong(origin, undefined, "its name is no file name. Give the name alone, without a directory.")
})

const decodeSeconds = Schema.decodeUnknownOption(Schema.Finite)

/** When the credential expires, from the Unix time in seconds that a login leaves. */
const expiryOf = (text: string, place: string, seconds: unknown) => {
  if (seconds === undefined || seconds === null) return Effect.undefined
  return Option.match(
    Option.flatMap(decodeSeconds(seconds), (seconds) => DateTime.make(seconds * 1000)),
    {
      onNone: () => Effect.fail(wrong(place, lineOf(text, "expiresAt"), "expiresAt is no Unix time in seconds.")),
      onSome: Effect.succeed
    }
  )
}

/** A permanent id has 36 characters, a temporary one more. */
const isTemporary = ({ secretId, token }: Credential) => secretId.length > 36 && token !== undefined

/** The credential of a file, as it is there. */
const inFile = Effect.fnUntraced(function* (text: string, place: string) {
  const values = yield* readObject(text, place)
  if (values["type"] === "cvm-role") return yield* notConfigured(`${place}, which uses the role of the CVM`)
  const credential = yield* credentialFrom(values, {
    place,
    secretId: "secretId",
    secretKey: "secretKey",
    token: ["token"],
    lineOf: (name) => lineOf(text, name)
  })
  const isLogin = values["type"] === "oauth" || values["type"] === "sso"
  if (isLogin && !isTemporary(credential)) {
    return yield* wrong(
      place,
      lineOf(text, "type"),
      "its type and token are those of an earlier login, and the key is another one. Delete the file, then run `tccli configure`."
    )
  }
  const expiresAt = yield* expiryOf(text, place, values["expiresAt"])
  return yield* unexpired(
    { ...credential, expiresAt },
    isLogin ? "Use tccli once, which renews them, or log in with it again." : undefined
  )
})

/** A profile's file and its place for people. */
const fileOf = Effect.fnUntraced(function* (options: TccliOptions, extension: string) {
  const name = yield* nameOf(options)
  const file = yield* inHome(".tccli", `${name}${extension}`)
  const shown = Option.match(file, { onNone: () => "in the home, which is not known", onSome: ({ shown }) => shown })
  return { file, place: `the profile ${name} of tccli (${shown})` }
})

/** What hands out the credential of tccli, and why there is none. */
export const tccli = Effect.fnUntraced(function* (
  options: TccliOptions = {}
): Effect.fn.Return<Credentials["Service"], CredentialsError, FileSystem.FileSystem | Path.Path> {
  const readText = yield* makeReader({ isSecret: true })
  const { file, place } = yield* fileOf(options, ".credential")
  if (Option.isNone(file)) return yield* notConfigured(place)
  return yield* rereading(
    Effect.flatMap(readText(file.value), (text) =>
      text === undefined ? Effect.fail(notConfigured(place)) : inFile(text, place)
    )
  )
})

const Configure = Schema.fromJsonString(
  Schema.Struct({ _sys_param: Schema.optional(Schema.Struct({ region: Schema.optional(Schema.Trim) })) })
)

/** The region that tccli works in. */
const region = Effect.fnUntraced(function* (options: TccliOptions) {
  const readText = yield* makeReader({ isSecret: false })
  const { file, place } = yield* fileOf(options, ".configure")
  const text = Option.isNone(file) ? undefined : yield* readText(file.value)
  if (text === undefined) return ""
  const { _sys_param } = yield* Schema.decodeUnknownEffect(Configure)(text).pipe(
    Effect.mapError(() => wrong(place, brokenLine(text), "this is no configuration. Run `tccli configure`."))
  )
  return _sys_param?.region ?? ""
})

/**
 * Provides the credential and the region of a profile of Tencent Cloud's command-line
 * tool, as `tccli configure` and the logins of tccli leave them.
 *
 * **Details**
 *
 * The files are `~/.tccli/<profile>.credential` and `~/.tccli/<profile>.configure`. The
 * region is provided as the setting `Endpoint`, where the second has one. An `Endpoint`
 * of your own counts before it, around a call or beneath this layer; beside this layer,
 * list yours after it.
 *
 * The first file is read while the layer is built, and again at most once a minute, so
 * that a credential is used which tccli has renewed. Its time of expiry is known. The
 * layer renews nothing itself.
 *
 * **Gotchas**
 *
 * - A `role-arn` in the file is not followed. Provide this layer to `layerAssumeRole`.
 *
 * **Example** (The credential and the region)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { NodeServices } from "@effect/platform-node"
 * import { ConfigProvider, Effect, FileSystem } from "effect"
 * import * as Credentials from "effect-hunyuan3d/Credentials"
 * import * as Endpoint from "effect-hunyuan3d/Endpoint"
 *
 * const found = Effect.gen(function* () {
 *   const { secretId } = yield* Credentials.Credentials.use((credentials) => credentials.get)
 *   const { region } = yield* Endpoint.Endpoint
 *   return { secretId, region }
 * }).pipe(Effect.provide(Credentials.layerTccli()))
 *
 * const program = Effect.gen(function* () {
 *   const fs = yield* FileSystem.FileSystem
 *   const home = yield* fs.makeTempDirectoryScoped()
 *   const write = (name: string, value: unknown) =>
 *     fs.writeFileString(`${home}/.tccli/default.${name}`, JSON.stringify(value), { mode: 0o600 })
 *   yield* fs.makeDirectory(`${home}/.tccli`)
 *   yield* write("credential", { secretId: "AKID1", secretKey: "secret" })
 *   yield* write("configure", { _sys_param: { region: "eu-frankfurt" } })
 *
 *   const Home = ConfigProvider.layer(ConfigProvider.fromUnknown({ HOME: home, USERPROFILE: home }))
 *   assert.deepEqual(yield* Effect.provide(found, Home), { secretId: "AKID1", region: "eu-frankfurt" })
 * })
 *
 * await Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(NodeServices.layer)))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerTccli = (
  options: TccliOptions = {}
): Layer.Layer<Credentials, CredentialsError, FileSystem.FileSystem | Path.Path> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const provided = Context.make(Credentials, yield* tccli(options))
      const own = Context.getOrUndefined(yield* Effect.context<never>(), Endpoint.Endpoint)
      if (own !== undefined) return provided
      const found = yield* region(options)
      return found === ""
        ? provided
        : Context.add(provided, Endpoint.Endpoint, { ...(yield* Endpoint.Endpoint), region: found })
    })
  )
