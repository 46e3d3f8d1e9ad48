/** That no secret leaves a source of temporary credentials by another way than the wire. */
import { randomBytes } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, FileSystem, Layer, Redacted } from "effect"
import { Headers, HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import * as Credentials from "../../../src/cloud/Credentials.ts"
import * as TencentCloud from "../../../src/cloud/TencentCloud.ts"
import { leaks, traced } from "../../support/traced.ts"
import {
  type Answer,
  dropped,
  input,
  json,
  Query,
  refused,
  respond,
  running,
  settled,
  silence,
  transport
} from "../../support/wire.ts"

const secret = () => randomBytes(24).toString("base64url")

const accountKey = secret()
const webIdentityToken = secret()
const TmpSecretKey = secret()
const Token = secret()
const planted = [accountKey, webIdentityToken, TmpSecretKey, Token]

const pair = { TmpSecretId: "AKIDTMP", TmpSecretKey, Token }
const roleArn = "qcs::cam::uin/12345678:roleName/Renderer"

const assumeRole = Credentials.layerAssumeRole({ roleArn }).pipe(
  Layer.provide(Credentials.layer({ secretId: "AKIDACCOUNT", secretKey: Redacted.make(accountKey) }))
)
const oidc = Credentials.layerOidc().pipe(
  Layer.provide([
    FileSystem.layerNoop({ readFileString: () => Effect.succeed(webIdentityToken) }),
    ConfigProvider.layer(
      ConfigProvider.fromEnv({
        env: { TKE_PROVIDER_ID: "cls-1", TKE_WEB_IDENTITY_TOKEN_FILE: "/var/run/token", TKE_ROLE_ARN: roleArn }
      })
    )
  ])
)
const sources = { cvmRole: Credentials.layerCvmRole(), assumeRole, oidc }

const sts = json({ Response: { Credentials: pair, ExpiredTime: 7200, RequestId: "r1" } })
const metadata = json({ ...pair, ExpiredTime: 7200, Code: "Success" })

/** What each request is answered, when the source of a credential answers it by `source`. */
const answering =
  (source: Answer | undefined, call: Answer): Answer =>
  (sent) => {
    if (sent.url.pathname.endsWith("/security-credentials/")) return respond("renderer")(sent)
    if (sent.url.hostname === "metadata.tencentyun.com") return (source ?? metadata)(sent)
    return (sent.url.hostname.startsWith("sts.") ? (source ?? sts) : call)(sent)
  }

/** Everything secret that the answer could say, in every place of it. */
const scrambled = json({
  Response: { Credentials: [pair, TmpSecretKey], ExpiredTime: { Token }, RequestId: [Token] },
  Code: TmpSecretKey,
  ExpiredTime: Token,
  TmpSecretKey: [TmpSecretKey]
})

/** Makes a call now and one after the credential has expired, and captures all that they let out. */
const tracedCalls = Effect.fnUntraced(function* (
  layer: Layer.Layer<Credentials.Credentials, never, HttpClient.HttpClient>,
  answer: Answer
) {
  const { client, sent } = yield* transport(answer)
  // An application that logs requests and records all headers in spans.
  const logging = client.pipe(
    HttpClient.tapRequest((request) => Effect.logTrace("sending", request, request.headers)),
    HttpClient.tap((response) => Effect.logTrace("received", response, response.request.headers))
  )
  const call = settled(Effect.exit(TencentCloud.call(Query, input)))
  const credential = settled(Effect.exit(Credentials.Credentials.use(({ get }) => get)))
  const cloud = TencentCloud.layer.pipe(
    Layer.provideMerge(layer),
    Layer.provide(Layer.succeed(HttpClient.HttpClient, logging))
  )
  // A source logs where its layer is built, so that is within what is traced.
  const captured = yield* Effect.all([call, TestClock.adjust("2 hours"), call, credential]).pipe(
    Effect.provide(cloud),
    traced,
    Effect.provideService(HttpClient.TracerHeaderFilter, () => true),
    Effect.provideService(Headers.CurrentRedactedNames, ["x-own"])
  )
  return { ...captured, sent: yield* sent }
})

describe.each(Object.entries(sources))("secrets of %s", (_, layer) => {
  it.effect.each<readonly [what: string, source: Answer | undefined, call: Answer]>([
    ["succeeds", undefined, running],
    ["is refused", undefined, refused("AuthFailure.SignatureFailure")],
    ["is refused for its token", undefined, refused("AuthFailure.TokenFailure")],
    ["loses its connection", undefined, dropped()],
    ["has no credential, since the source refuses", refused("AuthFailure.UnauthorizedOperation"), running],
    ["has no credential, since the source fails", refused("InternalError"), running],
    ["has no credential, since the source does not answer", silence, running],
    ["has no credential, since the source loses its connection", dropped(), running],
    ["has no credential, since the source answers a jumble", scrambled, running],
    ["has no credential, since the source answers text", respond(`key=${TmpSecretKey}`), running]
  ])("are in no log, span or error of a call that %s", ([, source, call]) =>
    Effect.gen(function* () {
      const { lines, sent, spans, texts } = yield* tracedCalls(layer, answering(source, call))
      // What the source itself sends.
      assert.match(texts.logs, /sts\.intl|metadata/)
      assert.isAtLeast(lines.length, 6)
      assert.isNotEmpty(spans)
      const signatures = sent.flatMap(
        ({ headers }) => /Signature=([0-9a-f]{64})/.exec(headers["authorization"] ?? "")?.[1] ?? []
      )
      assert.deepStrictEqual(leaks(texts, [...planted, ...signatures]), [])
    })
  )
})
