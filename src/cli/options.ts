/**
 * The arguments and flags that commands share, and what they stand for in the
 * library: a JobId, a transport with its endpoint, a schedule with its deadline.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Credentials from "../cloud/Credentials.ts"
import * as TencentCloud from "../cloud/TencentCloud.ts"
import * as GenerateJob from "../job/GenerateJob.ts"
import * as Job from "../job/Job.ts"
import * as JobKind from "../job/JobKind.ts"
import * as Polling from "../job/Polling.ts"
import * as Fake from "../testing/Fake.ts"
import * as Replay from "../testing/Replay.ts"

/** Something on the command line cannot be used. */
export class UsageError extends Schema.TaggedError<UsageError>("effect-hunyuan3d/cli/UsageError")("UsageError", {
  message: Schema.String
}) {}

export const jobIdArgument = Argument.String("JobId").pipe(
  Argument.withDescription("The id that the submission answered: a string of 19 digits")
)

export const readJobId = (text: string): Effect.Effect<Job.JobId, UsageError> =>
  Schema.decodeUnknownEffect(Job.JobId)(text).pipe(
    Effect.mapError(
      () =>
        new UsageError({
          message: `"${text}" is not a JobId. A JobId is a string of digits, such as 1375367755519696896; copy it from the answer to the submission.`
        })
    )
  )

export const jsonFlag = Flag.Boolean("json").pipe(
  Flag.withDescription("Print the job as one JSON object on standard output, with the whole result links"),
  Flag.withDefault(false)
)

const units: Readonly<Record<string, string>> = { ms: "millis", s: "seconds", m: "minutes", h: "hours" }

/** Durations as people write them (`500ms`, `3s`, `2m`) and as Effect does (`3 seconds`). */
export const parseDuration = (text: string): Option.Option<Duration.Duration> =>
  Schema.decodeUnknownOption(Schema.DurationFromString)(
    text.trim().replace(/^(\d+(?:\.\d+)?)(ms|s|m|h)$/, (_, amount: string, unit: string) => `${amount} ${units[unit]}`)
  ).pipe(Option.filter((duration) => Duration.isFinite(duration) && Duration.isPositive(duration)))

const durationFlag = (name: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("duration"),
    Flag.filterMap(parseDuration, () => `a duration such as 500ms, 3s, 2m or "3 seconds"`)
  )

export const pollingFlags = {
  interval: durationFlag("interval").pipe(
    Flag.withDescription("The pause between looks, such as 500ms, 3s or 2m (default: 3 s, growing to 15 s)"),
    Flag.optional
  ),
  timeout: durationFlag("timeout").pipe(
    Flag.withDescription("How long to wait in all (default: 30m)"),
    Flag.withDefault(Duration.minutes(30))
  )
}

export interface PollingFlags {
  readonly interval: Option.Option<Duration.Duration>
  readonly timeout: Duration.Duration
}

export const polling = (flags: PollingFlags): Polling.PollingOptions => ({
  schedule: Option.match(flags.interval, { onNone: () => Polling.relaxed, onSome: Schedule.spaced }),
  deadline: flags.timeout
})

export const connectionFlags = {
  transport: Flag.String("transport").pipe(
    Flag.withMetavar("live|fake|replay:FILE|record:FILE"),
    Flag.withDescription("The real endpoint, the embedded model, a recording, or the real endpoint while recording it"),
    Flag.withDefault("live")
  ),
  endpoint: Flag.String("endpoint").pipe(
    Flag.withMetavar("URL"),
    Flag.withDescription("The endpoint to ask (default: https://hunyuan.intl.tencentcloudapi.com)"),
    Flag.optional
  ),
  region: Flag.String("region").pipe(
    Flag.withDescription("The region of the job, or TENCENTCLOUD_REGION (default: ap-singapore)"),
    Flag.withFallbackConfig(Config.NonEmptyString("TENCENTCLOUD_REGION")),
    Flag.withDefault("ap-singapore")
  )
}

export interface Connection {
  readonly transport: string
  readonly endpoint: Option.Option<string>
  readonly region: string
}

export const readEndpoint = Effect.fnUntraced(function* ({ endpoint, region }: Omit<Connection, "transport">) {
  const configured: TencentCloud.EndpointOptions = { ...(yield* TencentCloud.Endpoint), region }
  if (Option.isNone(endpoint)) return configured
  const url = URL.canParse(endpoint.value) ? new URL(endpoint.value) : undefined
  const protocol = url?.protocol === "https:" ? "https" : url?.protocol === "http:" ? "http" : undefined
  if (url === undefined || protocol === undefined || url.pathname !== "/" || url.search !== "" || url.username !== "") {
    return yield* new UsageError({
      message: `"${endpoint.value}" is not an endpoint. Give a URL without path, such as https://hunyuan.intl.tencentcloudapi.com.`
    })
  }
  const given: TencentCloud.EndpointOptions = { ...configured, protocol, host: url.host }
  return given
})

// Connections outlive the pauses between looks, and go through the proxy that the environment names. Undici is loaded
// when it is needed, since all commands would start later for it.
const dispatcher = Effect.acquireRelease(
  Effect.flatMap(
    Effect.promise(() => import("@effect/platform-node/Undici")),
    ({ EnvHttpProxyAgent }) =>
      Effect.try({
        try: () => new EnvHttpProxyAgent({ keepAliveTimeout: 60_000 }),
        catch: (cause) =>
          new UsageError({
            message: `The proxy in the environment cannot be used (${String(cause)}). Set HTTPS_PROXY to a URL such as http://proxy.example:8080.`
          })
      })
  ),
  (agent) => Effect.promise(() => agent.destroy())
)
const network = NodeHttpClient.layerUndiciNoDispatcher.pipe(
  Layer.provide(Layer.effect(NodeHttpClient.Dispatcher, dispatcher))
)

const transportLayer = (
  transport: string
): Layer.Layer<
  HttpClient.HttpClient | Credentials.Credentials,
  UsageError | Credentials.CredentialsError | Replay.CassetteError | Replay.RecordingError,
  FileSystem.FileSystem
> => {
  const [name, ...rest] = transport.split(":")
  const file = rest.join(":")
  if (transport === "live") return Layer.merge(network, Credentials.layerEnv)
  if (transport === "fake") return Fake.layer({ wait: "1 second", run: "4 seconds" })
  if (name === "replay" && file !== "") return Replay.layerFile(file, { allowUnused: true })
  if (name === "record" && file !== "") {
    return Layer.merge(Replay.layerRecord(file).pipe(Layer.provide(network)), Credentials.layerEnv)
  }
  return Layer.effectContext(
    Effect.fail(
      new UsageError({ message: `"${transport}" is not a transport. Give live, fake, replay:<file> or record:<file>.` })
    )
  )
}

/** Where calls go: transport, credentials and endpoint. */
const connection = (flags: Connection) =>
  Layer.merge(transportLayer(flags.transport), Layer.effect(TencentCloud.Endpoint, readEndpoint(flags)))

/** Jobs of every sort over the connection, and the connection itself, for downloads. */
export const jobs = (flags: Connection) => GenerateJob.layer.pipe(Layer.provideMerge(connection(flags)))

export interface KindFlag {
  readonly kind: JobKind.Any
}

export const kindFlag = Flag.ChoiceWithValue(
  "kind",
  JobKind.all.map((kind) => [kind.name.toLowerCase(), kind] as const)
).pipe(Flag.withDescription("The kind of job"), Flag.withDefault(JobKind.Pro))

export const downloadFlags = {
  previews: Flag.Boolean("previews").pipe(
    Flag.withDescription("Download the preview images too"),
    Flag.withDefault(false)
  ),
  unpack: Flag.Boolean("unpack").pipe(Flag.withDescription("Unpack zip archives as well"), Flag.withDefault(false)),
  overwrite: Flag.Boolean("overwrite").pipe(
    Flag.withDescription("Download files again that are there already"),
    Flag.withDefault(false)
  )
}
