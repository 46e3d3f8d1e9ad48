/** The arguments and flags that commands share, and the ticket and the polling that they stand for. */
import * as ByteSize from "effect/ByteSize"
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Endpoint from "../cloud/Endpoint.ts"
import * as Hunyuan from "../job/Hunyuan.ts"
import * as Job from "../job/Job.ts"
import * as JobKind from "../job/JobKind.ts"
import * as Polling from "../job/Polling.ts"
import { type Failure, usage } from "./failure.ts"

const { protocol, region } = Endpoint.Endpoint.defaultValue()

/** Where calls go unless `--endpoint` says otherwise. */
export const defaultUrl = `${protocol}://${Hunyuan.product.host}`

export const jobArgument = Argument.String("JobId").pipe(
  Argument.withDescription("The id of the job, a string of digits; or its whole ticket, as submit --json prints it")
)

export interface JobFlags {
  readonly jobId: string
  readonly kind: JobKind.Any
  readonly region: string
}

// What a command prints with --json, or the ticket of it alone.
const Printed = Schema.fromJsonString(Schema.Union([Job.JobTicket, Schema.Struct({ ticket: Job.JobTicket })]))

/** The ticket of the job that was named: a whole ticket as it is, an id with the kind and region of the flags. */
export const readTicket = ({ jobId, kind, region }: JobFlags): Effect.Effect<Job.JobTicket, Failure> =>
  jobId.trim().startsWith("{")
    ? Schema.decodeUnknownEffect(Printed)(jobId).pipe(
        Effect.map((printed) => ("ticket" in printed ? printed.ticket : printed)),
        Effect.mapError((error) =>
          usage(`This is not a ticket. Give it as submit --json printed it, or give the id alone. (${error.message})`)
        )
      )
    : Schema.decodeUnknownEffect(Job.JobId)(jobId).pipe(
        Effect.map((id) => new Job.JobTicket({ jobId: id, kind: kind.name, region })),
        Effect.mapError(() =>
          usage(
            `"${jobId}" is not a JobId. A JobId is a string of digits, such as 1375367755519696896. Copy it from what submit printed.`
          )
        )
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
