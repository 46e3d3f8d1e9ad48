/** The flags that commands share, and the polling that they stand for. */
import * as ByteSize from "effect/ByteSize"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Endpoint from "../cloud/Endpoint.ts"
import * as Hunyuan from "../job/Hunyuan.ts"
import * as JobKind from "../job/JobKind.ts"
import * as Polling from "../job/Polling.ts"

const { protocol, region } = Endpoint.Endpoint.defaultValue()

/** Where calls go unless `--endpoint` says otherwise. */
export const defaultUrl = `${protocol}://${Hunyuan.product.host}`

export const jsonFlag = Flag.Boolean("json").pipe(
  Flag.withDescription("Print one JSON object on standard output, with the whole links of the result files"),
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
    Flag.withDescription("The pause between queries, such as 500ms, 3s or 2m (default: 3s, growing to 15s)"),
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
    Flag.withDescription("The real service, the in-memory fake, a recording, or the real service while recording it"),
    Flag.withDefault("live")
  ),
  endpoint: Flag.String("endpoint").pipe(
    Flag.withMetavar("URL"),
    Flag.withDescription(`Where calls go (default: ${defaultUrl})`),
    Flag.optional
  ),
  region: Flag.String("region").pipe(
    Flag.withDescription(`The region of the job (default: TENCENTCLOUD_REGION, or ${region})`),
    Flag.withFallbackConfig(Config.NonEmptyString("TENCENTCLOUD_REGION")),
    Flag.withDefault(region)
  )
}

export interface Connection {
  readonly transport: string
  readonly endpoint: Option.Option<string>
  readonly region: string
}

export const kindFlag = Flag.ChoiceWithValue(
  "kind",
  JobKind.all.map((kind) => [kind.name.toLowerCase(), kind] as const)
).pipe(Flag.withDescription("The kind of job (default: pro)"), Flag.withDefault(JobKind.Pro))

export const downloadFlags = {
  previews: Flag.Boolean("previews").pipe(
    Flag.withDescription("Download the preview images too"),
    Flag.withDefault(false)
  ),
  unpack: Flag.Boolean("unpack").pipe(Flag.withDescription("Unpack zip archives as well"), Flag.withDefault(false)),
  overwrite: Flag.Boolean("overwrite").pipe(
    Flag.withDescription("Download again what is already in the directory"),
    Flag.withDefault(false)
  ),
  maxSize: Flag.String("max-size").pipe(
    Flag.withMetavar("size"),
    Flag.filterMap(ByteSize.fromString, () => "a size such as 500MB or 2GiB"),
    Flag.withDescription("The largest file, and the most that an archive may unpack to (default: 1GiB)"),
    Flag.optional
  )
}

export interface DownloadFlags {
  readonly previews: boolean
  readonly unpack: boolean
  readonly overwrite: boolean
  readonly maxSize: Option.Option<ByteSize.ByteSize>
}
