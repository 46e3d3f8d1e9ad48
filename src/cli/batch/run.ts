/** Runs the lines of a batch, shows how it goes, keeps the report, and says in the end what became of them. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as Policy from "../../cloud/Policy.ts"
import * as Batch from "../../fleet/Batch.ts"
import * as Journal from "../../job/Journal.ts"
import { Attempts } from "../attempts.ts"
import * as Capabilities from "../capabilities.ts"
import { exitCodes, Failure, usage } from "../failure.ts"
import { polling } from "../options.ts"
import { printLine, printNote } from "../print.ts"
import { add, unlessJson } from "../report.ts"
import { Screen } from "../screen.ts"
import { seconds } from "../seconds.ts"
import { board, type Pace, range } from "./board.ts"
import { makeHandler } from "./events.ts"
import { fromLine } from "./failure.ts"
import type { Flags } from "./flags.ts"
import { type Checked, type Defaults, readLine } from "./line.ts"
import * as reportFile from "./reportFile.ts"
import * as states from "./states.ts"

// How often the report is written while there is something new.
const pause = "2 seconds"

/** The request of a line, read again: images are not kept. */
const requestOf = Effect.fnUntraced(function* (line: Checked, defaults: Defaults) {
  const changed = (why: string) => usage(`It has changed since it was checked. ${why}Run the batch again.`)
  const { kind, request } = yield* Effect.mapError(readLine(line, defaults), ({ message }) => changed(`${message} `))
  const digest = yield* Effect.orElseSucceed(Batch.operationId(kind, request), () => "")
  return digest === line.digest ? request : yield* changed("")
})

export const runLines = Effect.fnUntraced(function* (
  lines: ReadonlyArray<Checked>,
  defaults: Defaults,
  flags: Flags,
  next: string | undefined
) {
  const known = states.make(lines)
  const report = yield* reportFile.make(flags.file, flags.out, known)
  yield* report.write
  const { canAnimate } = yield* Capabilities.OfStderr
  const screen = yield* Screen
  const { pending } = yield* Attempts
  const started = yield* Clock.currentTimeMillis
  const ended = new Map<string, number>()
  const pace: Effect.Effect<Pace> = Effect.map(Clock.currentTimeMillis, (now) => ({ elapsed: now - started, ended }))
  const handle = makeHandler({ states: known, ended, started, out: flags.out, isBoard: canAnimate })

  const items = Stream.fromIterable(lines).pipe(
    Stream.map((line) => ({ kind: line.kind, operation: line.operation, make: requestOf(line, defaults) }))
  )
  const events = Batch.download(items, flags.out, {
    ...polling(flags),
    previews: flags.previews,
    unpack: flags.unpack,
    overwrite: flags.overwrite,
    maxSize: Option.getOrUndefined(flags.maxSize),
    maxCredits: Option.getOrUndefined(flags.maxCredits),
    again: flags.again
  })
  // What cannot be written at the end is an error.
  const writing = Effect.ignore(report.write).pipe(Effect.repeat(Schedule.spaced(pause)), Effect.delay(pause))
  const running = Effect.raceFirst(Stream.runForEach(events, handle), Effect.andThen(writing, Effect.never))
  const fiber = yield* Effect.forkChild(Effect.result(running))
  const outcome = yield* Fiber.join(fiber).pipe(
    screen.during(Effect.zipWith(pace, pending, (now, said) => board(known, now, flags.maxCredits, said))),
    Effect.onInterrupt(() => stop(fiber, known, report, next))
  )
  if (Result.isFailure(outcome)) yield* Effect.ignore(lookUp(known))
  yield* report.write
  yield* add({ batch: yield* report.now })
  yield* show(known, report.place)
  yield* Effect.mapError(Effect.fromResult(outcome), (error) => endedBy(fromLine(error), known))
  yield* checkFailures(known)
})

const credits = (known: states.States) => `${range(known.bought())} credits`

const show = Effect.fnUntraced(function* (known: states.States, place: string) {
  const counts = known.counts()
  const parts = Object.entries(counts).flatMap(([state, count]) => (count === 0 ? [] : [`${count} ${state}`]))
  yield* unlessJson(printLine(`${known.lines.length} lines: ${parts.join(", ")}. ${credits(known)}.`))
  yield* printNote(`The report: ${place}`)
})

/** What ended the whole batch. */
const endedBy = (failure: Failure, known: states.States) => {
  const { waiting } = known.counts()
  const { code, exitCode, mayHaveRun, message, requestId, retryable } = failure
  return new Failure({
    code,
    exitCode,
    mayHaveRun,
    requestId,
    retryable,
    message: `${message} The batch has ended: ${waiting} of ${known.lines.length} lines were not submitted.`
  })
}

/** Fails by the lines that failed: as the first of them, but for submissions without a clear answer, which come first. */
const checkFailures = Effect.fnUntraced(function* (known: states.States) {
  const failures = known.lines
    .flatMap(({ number }, index) => {
      const { failure } = known.of(index)
      return failure === undefined ? [] : [{ number, failure }]
    })
    .toSorted((one, other) => one.number - other.number)
    .map(({ failure }) => failure)
  const first = failures.find(({ exitCode }) => exitCode === exitCodes.unclear) ?? failures[0]
  if (first === undefined) return
  return yield* new Failure({
    message: `${failures.length} of ${known.lines.length} lines were not downloaded.`,
    exitCode: first.exitCode,
    code: "NotDownloaded",
    retryable: failures.some(({ retryable }) => retryable),
    mayHaveRun: failures.some(({ mayHaveRun }) => mayHaveRun === true) ? true : undefined
  })
})

/** Stops a batch, and says what goes on without it. */
const stop = Effect.fnUntraced(function* <A, E>(
  fiber: Fiber.Fiber<A, E>,
  known: states.States,
  report: reportFile.ReportFile,
  next: string | undefined
) {
  // Everything else ends at once: what does not is a submission under way.
  const explain = Effect.gen(function* () {
    yield* Effect.sleep("200 millis")
    const { timeout } = yield* Policy.Policy
    yield* printNote(
      `A submission is under way. The program stops when it is answered, in ${seconds(Duration.toMillis(timeout))} at most.`
    )
    return yield* Effect.never
  })
  yield* Effect.raceFirst(Fiber.interrupt(fiber), explain)
  const unclear = yield* Effect.orElseSucceed(lookUp(known), () => 0)
  yield* Effect.ignore(report.write)
  const { done, running, submitted, waiting } = known.counts()
  yield* add({ batch: yield* report.now, mayHaveRun: unclear > 0 })
  const left = [`jobs that go on: ${submitted + running}`, `not submitted: ${waiting - unclear}`]
  if (done > 0) left.push(`done, not downloaded: ${done}`)
  if (unclear > 0) left.push(`without a clear answer: ${unclear}`)
  const goOn = next === undefined ? "" : ` To go on, and buy nothing twice: ${next}`
  yield* printNote(`Interrupted. Of the lines, ${left.join(", ")}.${goOn}`)
})

/** Finds in the journal the jobs whose tickets came when nobody listened any more, and counts what has no clear answer. */
const lookUp = Effect.fnUntraced(function* (known: states.States) {
  const { entries } = yield* Journal.Journal.use(({ list }) => list)
  const places = new Map(known.lines.map(({ operation }, index) => [operation, index]))
  let unclear = 0
  for (const { operation, outcome, ticket } of entries) {
    const index = places.get(operation)
    if (index === undefined || known.of(index).state !== "waiting") continue
    if (ticket !== undefined) known.set(index, { state: "submitted", ticket })
    else if (outcome._tag !== "Refused") unclear += 1
  }
  return unclear
})
