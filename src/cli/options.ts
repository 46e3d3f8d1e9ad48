/** The flags that commands share, and the polling that they stand for. */
import * as ByteSize from "effect/ByteSize"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Endpoint from "../cloud/Endpoint.ts"
import * as Policy from "../cloud/Policy.ts"
import * as Hunyuan from "../job/Hunyuan.ts"
import * as JobKind from "../job/JobKind.ts"
import * as Polling from "../job/Polling.ts"
import * as flag from "./flag.ts"

const { protocol, region } = Endpoint.Endpoint.defaultValue()
const requestTimeout = Duration.fromInputUnsafe(Policy.Policy.defaultValue().timeout)

/** Where calls go unless `--endpoint` says otherwise. */
export const defaultUrl = `${protocol}://${Hunyuan.product.host}`

const units: Readonly<Record<string, string>> = { ms: "millis", s: "seconds", m: "minutes", h: "hours" }

/** Durations as people write them (`500ms`, `3s`, `2m`) and as Effect does (`3 seconds`). */
export const parseDuration = (text: string): Option.Option<Duration.Duration> =>
  Schema.decodeUnknownOption(Schema.DurationFromString)(
    text.trim().replace(/^(\d+(?:\.\d+)?)(ms|s|m|h)$/, (_, amount: string, unit: string) => `${amount} ${units[unit]}`)
  ).pipe(Option.filter((duration) => Duration.isFinite(duration) && Duration.isPositive(duration)))

const durationFlag = (name: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("DURATION"),
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
  transport: flag
    .proposed("transport", "TRANSPORT", ["live", "fake", "replay:", "record:"])
    .pipe(
      Flag.withDescription(
        "The real service, the in-memory fake, a recording (replay:FILE), or the real service while it is recorded (record:FILE) (default: live)"
      ),
      Flag.withDefault("live")
    ),
  endpoint: Flag.String("endpoint").pipe(
    Flag.withMetavar("URL"),
    Flag.withDescription(`Where calls go (default: ${defaultUrl})`),
    Flag.optional
  ),
  profile: Flag.String("profile").pipe(
    Flag.withMetavar("NAME"),
    Flag.withDescription("The profile with the keys (default: the environment, else the profile default)"),
    Flag.optional
  ),
  region: Flag.String("region").pipe(
    Flag.withMetavar("REGION"),
    Flag.withDescription(`The region of the job (default: TENCENTCLOUD_REGION, or ${region})`),
    Flag.withFallbackConfig(Config.NonEmptyString("TENCENTCLOUD_REGION")),
    Flag.withDefault(region)
  ),
  requestTimeout: durationFlag("request-timeout").pipe(
    Flag.withDescription(
      `How long one attempt of a call may take (default: ${Duration.format(requestTimeout)}; a query has ${Policy.defaultRetries + 1} attempts)`
    ),
    Flag.withDefault(requestTimeout)
  )
}

export interface Connection {
  readonly transport: string
  readonly endpoint: Option.Option<string>
  readonly profile: Option.Option<string>
  readonly region: string
  readonly requestTimeout: Duration.Duration
}

/** Whether jobs are still there when the program has ended: those of the fake, and of a recording, are not. */
export const outlivesProgram = (transport: string): boolean => transport === "live" || transport.startsWith("record:")

export const kindFlag = flag
  .choice(
    "kind",
    "KIND",
    JobKind.all.map((kind) => [kind.name.toLowerCase(), kind])
  )
  .pipe(Flag.withAlias("k"), Flag.withDescription("The kind of job (default: pro)"), Flag.withDefault(JobKind.Pro))

export const outFlag = (otherwise: string) =>
  flag.directory("out").pipe(Flag.withAlias("o"), Flag.withDescription(`Where the files go (default: ${otherwise})`))

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
    Flag.withMetavar("SIZE"),
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
