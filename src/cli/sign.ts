/** `hunyuan3d sign`: shows how a call would be signed, step by step, and sends nothing. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Endpoint from "../cloud/Endpoint.ts"
import * as Tc3 from "../cloud/Tc3.ts"
import * as Hunyuan from "../job/Hunyuan.ts"
import * as JobKind from "../job/JobKind.ts"
import { readEndpoint } from "./connection.ts"
import { credential } from "./credentials.ts"
import { connectionFlags } from "./options.ts"
import { result } from "./report.ts"
import { quoted } from "./shell.ts"

const { service, version } = Hunyuan.product
const maxSkew = Duration.format(Endpoint.maxSkew)

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
    region: connectionFlags.region
  },
  Effect.fnUntraced(function* (flags) {
    const { protocol, host = Hunyuan.product.host, region } = yield* readEndpoint(flags)
    const found = yield* credential(flags)
    const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
    const timestamp = Option.getOrElse(flags.timestamp, () => now)
    const headers = {
      "Content-Type": "application/json; charset=utf-8",
      "X-TC-Action": flags.action,
      "X-TC-Version": flags.apiVersion,
      "X-TC-Region": region,
      "X-TC-Timestamp": String(timestamp)
    }
    const signed = Tc3.sign({
      method: "POST",
      host,
      headers,
      payload: flags.payload,
      timestamp,
      service: flags.service,
      credential: found
    })
    const sent = {
      ...headers,
      Authorization: signed.authorization,
      // The shell fills the token in, so that it is not shown.
      ...(found.token === undefined ? {} : { "X-TC-Token": "${TENCENTCLOUD_SESSION_TOKEN:-$TENCENTCLOUD_TOKEN}" })
    }
    const url = `${protocol}://${host}/`
    const { canonicalRequest, stringToSign } = signed
    yield* result(
      { signed: { canonicalRequest, stringToSign, url, headers: sent, payload: flags.payload } },
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
          [
            `curl ${quoted(url)}`,
            ...Object.entries(sent).map(([name, value]) =>
              name === "X-TC-Token" ? `-H "${name}: ${value}"` : `-H ${quoted(`${name}: ${value}`)}`
            ),
            `--data-raw ${quoted(flags.payload)}`
          ].join(" \\\n  ")
        ].join("\n")
      )
    )
  })
).pipe(
  Command.withDescription(
    "Print the canonical request, the string to sign, the headers and a curl command, and send nothing."
  ),
  Command.withExamples([
    {
      command: `hunyuan3d sign --action ${JobKind.Pro.query.action} --payload '{"JobId":"1375367755519696896"}'`,
      description: "How a query is signed"
    }
  ])
)
