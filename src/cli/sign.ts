/**
 * `hunyuan3d sign`: shows how a call would be signed, step by step, or compares a request that somebody captured with
 * how it should have been signed. It sends nothing.
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Credential } from "../cloud/Credentials.ts"
import * as Endpoint from "../cloud/Endpoint.ts"
import * as Tc3 from "../cloud/Tc3.ts"
import { quoted } from "../internal/shell.ts"
import * as Hunyuan from "../job/Hunyuan.ts"
import * as JobKind from "../job/JobKind.ts"
import { readEndpoint } from "./connection.ts"
import { credential } from "./credentials.ts"
import { usage } from "./failure.ts"
import * as flag from "./flag.ts"
import { readTextFile } from "./input.ts"
import { loadCompare } from "./load.ts"
import { type Connection, connectionFlags } from "./options.ts"
import { result } from "./report.ts"
import { signedRequest } from "./signedRequest.ts"

const { service, version } = Hunyuan.product
const maxSkew = Duration.format(Endpoint.maxSkew)

const compareWith = Effect.fnUntraced(function* (file: string, credential: Credential) {
  const { compare } = yield* loadCompare
  yield* compare(yield* readTextFile(`--compare ${file}`, file), credential)
})

interface Flags extends Pick<Connection, "endpoint" | "region"> {
  readonly action: string
  readonly payload: string
  readonly timestamp: Option.Option<number>
  readonly service: string
  readonly apiVersion: string
}

const show = Effect.fnUntraced(function* (flags: Flags, credential: Credential) {
  const { action, apiVersion, payload, service, timestamp } = flags
  const product = { ...Hunyuan.product, service, version: apiVersion }
  const endpoint = yield* readEndpoint(flags)
  const { headers, method, url } = yield* signedRequest({ action, product, endpoint, credential, payload, timestamp })
  const { authorization = "", "x-tc-timestamp": seconds = "", "x-tc-token": token } = headers
  const { signedHeaders } = yield* Effect.mapError(Effect.fromResult(Tc3.parseAuthorization(authorization)), () =>
    usage("This makes no Authorization header. Correct --service, --timestamp or the secret id.")
  )
  const { host } = new URL(url)
  const canonicalRequest = Tc3.canonicalRequest({ method, host, headers, payload, signedHeaders })
  const stringToSign = Tc3.stringToSign({ canonicalRequest, timestamp: Number(seconds), service })
  const sent = {
    ...headers,
    // The shell fills the token in, so that it is not shown.
    ...(token === undefined ? {} : { "x-tc-token": "${TENCENTCLOUD_SESSION_TOKEN:-$TENCENTCLOUD_TOKEN}" })
  }
  // curl counts the bytes itself.
  const forCurl = Object.entries(sent).filter(([name]) => name !== "content-length")
  yield* result(
    { signed: { canonicalRequest, stringToSign, url, headers: sent, payload } },
    Console.log(
      [
        "Canonical request:",
        canonicalRequest,
        "",
        "String to sign:",
        stringToSign,
        "",
        "Headers:",
        ...Object.entries(sent).map(([name, value]) => `${name}: ${value}`),
        "",
        `To send it, within ${maxSkew} of its timestamp:`,
        ...(token === undefined || credential.source === "the environment"
          ? []
          : ["(TENCENTCLOUD_SESSION_TOKEN must hold the token, which comes from another place: hunyuan3d whoami)"]),
        [
          `curl ${quoted(url)}`,
          ...forCurl.map(([name, value]) =>
            name === "x-tc-token" ? `-H "${name}: ${value}"` : `-H ${quoted(`${name}: ${value}`)}`
          ),
          `--data-raw ${quoted(payload)}`
        ].join(" \\\n  ")
      ].join("\n")
    )
  )
})

export const sign = Command.make(
  "sign",
  {
    action: Flag.String("action").pipe(
      Flag.withDescription(`The action to sign (default: ${JobKind.Pro.query.action})`),
      Flag.withDefault(JobKind.Pro.query.action)
    ),
    payload: Flag.String("payload").pipe(
      Flag.withDescription("The JSON body, byte for byte (default: {})"),
      Flag.withDefault("{}")
    ),
    timestamp: Flag.Int("timestamp").pipe(
      Flag.withDescription(`Unix seconds (default: now; the service accepts a difference of ${maxSkew} to its clock)`),
      Flag.optional
    ),
    service: Flag.String("service").pipe(
      Flag.withDescription(`The product in the credential scope (default: ${service})`),
      Flag.withDefault(service)
    ),
    apiVersion: Flag.String("api-version").pipe(
      Flag.withDescription(`The version of the API (default: ${version})`),
      Flag.withDefault(version)
    ),
    endpoint: connectionFlags.endpoint,
    profile: connectionFlags.profile,
    region: connectionFlags.region,
    compare: flag
      .file("compare")
      .pipe(
        Flag.withDescription(
          "Find out why a captured request is refused: a curl command, the output of curl -v, raw HTTP, a HAR, or a debug log of the Go or the Python SDK, from a file or - for standard input. The other flags do not count then"
        ),
        Flag.optional
      )
  },
  Effect.fnUntraced(function* (flags) {
    const found = yield* credential(flags)
    if (Option.isSome(flags.compare)) return yield* compareWith(flags.compare.value, found)
    yield* show(flags, found)
  })
).pipe(
  Command.withDescription("Show how a call is signed, or find out why a captured request is refused. Nothing is sent."),
  Command.withExamples([
    {
      command: `hunyuan3d sign --action ${JobKind.Pro.query.action} --payload '{"JobId":"1375367755519696896"}'`,
      description: "How a query is signed"
    },
    { command: "hunyuan3d sign --compare request.har", description: "Why a request was refused" }
  ])
)
