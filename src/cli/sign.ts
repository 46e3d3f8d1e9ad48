/** `hunyuan3d sign`: shows how a call would be signed, step by step, and sends nothing. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Credentials from "../cloud/Credentials.ts"
import * as Tc3 from "../cloud/Tc3.ts"
import { connectionFlags, readEndpoint } from "./options.ts"

export const sign = Command.make(
  "sign",
  {
    action: Flag.String("action").pipe(
      Flag.withDescription("The action to sign"),
      Flag.withDefault("QueryHunyuanTo3DProJob")
    ),
    payload: Flag.String("payload").pipe(Flag.withDescription("The JSON body, byte for byte"), Flag.withDefault("{}")),
    timestamp: Flag.Int("timestamp").pipe(
      Flag.withDescription("Unix seconds (default: now; the service accepts five minutes either way)"),
      Flag.optional
    ),
    service: Flag.String("service").pipe(
      Flag.withDescription("The product in the credential scope"),
      Flag.withDefault("hunyuan")
    ),
    apiVersion: Flag.String("api-version").pipe(
      Flag.withDescription("The version of the API"),
      Flag.withDefault("2023-09-01")
    ),
    endpoint: connectionFlags.endpoint,
    region: connectionFlags.region
  },
  Effect.fnUntraced(function* (flags) {
    const endpoint = yield* readEndpoint(flags)
    const credential = yield* Credentials.Credentials.use((credentials) => credentials.get).pipe(
      Effect.provide(Credentials.layerEnv)
    )
    const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
    const timestamp = Option.getOrElse(flags.timestamp, () => now)
    const headers = {
      "Content-Type": "application/json; charset=utf-8",
      "X-TC-Action": flags.action,
      "X-TC-Version": flags.apiVersion,
      "X-TC-Region": endpoint.region,
      "X-TC-Timestamp": String(timestamp)
    }
    const signed = Tc3.sign({
      method: "POST",
      host: endpoint.host,
      headers,
      payload: flags.payload,
      timestamp,
      service: flags.service,
      credential
    })
    const sent = {
      ...headers,
      Authorization: signed.authorization,
      // The shell fills the token in, so that it is not shown.
      ...(credential.token === undefined ? {} : { "X-TC-Token": "${TENCENTCLOUD_SESSION_TOKEN:-$TENCENTCLOUD_TOKEN}" })
    }
    yield* Console.log(
      [
        "Canonical request:",
        signed.canonicalRequest,
        "",
        "String to sign:",
        signed.stringToSign,
        "",
        "Headers:",
        ...Object.entries(sent).map(([name, value]) => `${name}: ${value}`),
        "",
        "To send it, within five minutes of its timestamp:",
        [
          `curl ${shellQuoted(`${endpoint.protocol}://${endpoint.host}/`)}`,
          ...Object.entries(sent).map(([name, value]) =>
            name === "X-TC-Token" ? `-H "${name}: ${value}"` : `-H ${shellQuoted(`${name}: ${value}`)}`
          ),
          `--data-binary ${shellQuoted(flags.payload)}`
        ].join(" \\\n  ")
      ].join("\n")
    )
  })
).pipe(
  Command.withDescription(
    "Print the canonical request, the string to sign, the headers and a curl command, and send nothing."
  ),
  Command.withExamples([
    {
      command: `hunyuan3d sign --action QueryHunyuanTo3DProJob --payload '{"JobId":"1375367755519696896"}'`,
      description: "How a query is signed"
    }
  ])
)

const shellQuoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
