/** Everything that an effect lets out: what it answers or fails with, logs of every level, spans and metrics. */
import { Cause, Effect, Exit, Logger, Metric, References, Tracer } from "effect"
import { printed } from "./printed.ts"
import { keepSpans } from "./spans.ts"

const failureOf = (exit: Exit.Exit<unknown, unknown>) =>
  Exit.isFailure(exit) ? [printed(exit.cause), Cause.pretty(exit.cause), printed(Cause.squash(exit.cause))] : []

/** Runs an effect, and gives its exit, its log lines, its spans, its metrics, and all of that as texts, by where it was found. */
export const traced = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const lines: Array<unknown> = []
  const keep = (line: unknown) => void lines.push(line)
  const { spans, tracer } = keepSpans()
  const [exit, metrics] = yield* Effect.all([Effect.exit(effect), Metric.snapshot]).pipe(
    Effect.provideService(Metric.MetricRegistry, new Map()),
    Effect.tap(([exit]) => Effect.logTrace("ended", exit)),
    Effect.provide(
      Logger.layer([
        Logger.map(Logger.formatSimple, keep),
        Logger.map(Logger.formatLogFmt, keep),
        Logger.map(Logger.formatJson, keep)
      ])
    ),
    Effect.provideService(References.MinimumLogLevel, "All"),
    Effect.provideService(Tracer.Tracer, tracer)
  )
  const texts = {
    exit: printed(exit),
    error: failureOf(exit).join("\n"),
    logs: lines.map(printed).join("\n"),
    spans: spans.map((span) => printed([...span.attributes, span.events])).join("\n"),
    metrics: printed(metrics),
    failures: spans.flatMap(({ status }) => (status._tag === "Ended" ? failureOf(status.exit) : [])).join("\n")
  }
  return { exit, lines, spans, metrics, texts }
})

/** Where one of the secrets is found. */
export const leaks = (texts: Readonly<Record<string, string>>, secrets: ReadonlyArray<string>): ReadonlyArray<string> =>
  Object.entries(texts).flatMap(([place, text]) => (secrets.some((secret) => text.includes(secret)) ? [place] : []))
