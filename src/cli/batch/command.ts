/** What `hunyuan3d batch` does: it reads and checks all lines, says what they cost, and then runs them. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Credits from "../../job/Credits.ts"
import * as Journal from "../../job/Journal.ts"
import { jobs } from "../connection.ts"
import { usage } from "../failure.ts"
import { isJournaled, journal } from "../journal.ts"
import { checkOut } from "../outDirectory.ts"
import { printLine, printNote, printTable } from "../print.ts"
import { add, result } from "../report.ts"
import { range } from "./board.ts"
import { batchCommand, type Flags } from "./flags.ts"
import type { Checked } from "./line.ts"
import { inOrder } from "./order.ts"
import { directoryOf, readLines } from "./read.ts"
import * as reportFile from "./reportFile.ts"
import { runLines } from "./run.ts"
import * as states from "./states.ts"

/** What the journal has of the lines: the operations that have a job, or of which that is not known. */
const boughtBefore = Effect.gen(function* () {
  const { entries } = yield* Journal.Journal.use(({ list }) => list)
  return new Set(entries.flatMap(({ operation, outcome }) => (outcome._tag === "Refused" ? [] : [operation])))
})

/** The estimates of all lines together, where the price list has prices. */
const priceOf = (lines: ReadonlyArray<Checked>): Option.Option<Credits.Estimate> =>
  Option.map(Option.all(lines.map(({ estimate }) => estimate)), (estimates) => {
    const sum = (of: (estimate: Credits.Estimate) => number) => estimates.reduce((all, each) => all + of(each), 0)
    const { date, perCredit } = Credits.international
    const price = {
      currency: perCredit.currency,
      low: sum(({ price }) => price.low),
      high: sum(({ price }) => price.high)
    }
    return {
      low: sum(({ low }) => low),
      high: sum(({ high }) => high),
      base: sum(({ base }) => base),
      surcharges: [],
      price,
      priceListDate: date
    }
  })

/** How many lines there are, how many of them are to be bought, and what those cost. */
const told = (lines: ReadonlyArray<Checked>, left: ReadonlyArray<Checked>): string => {
  const all = `${lines.length} ${lines.length === 1 ? "line" : "lines"}`
  if (left.length === 0) return `${all}, none to buy.`
  const price = Option.match(priceOf(left), { onNone: () => "", onSome: (sum) => `: ${Credits.format(sum)}` })
  return `${all}, ${left.length} to buy${price}.`
}

const showDryRun = Effect.fnUntraced(function* (
  flags: Flags,
  lines: ReadonlyArray<Checked>,
  left: ReadonlyArray<Checked>
) {
  const known = states.make(lines)
  const report = yield* reportFile.make(flags.file, flags.out, known)
  const { report: _, ...batch } = yield* report.now
  const kinds = [...new Set(left.map(({ kind }) => kind.name))]
  const rows = kinds.map((name) => {
    const ofKind = left.filter(({ kind }) => kind.name === name)
    const cost = Option.match(priceOf(ofKind), {
      onNone: () => "no price",
      onSome: ({ high, low }) => range({ min: low, max: high })
    })
    return [name.toLowerCase(), `${ofKind.length}`, cost]
  })
  yield* result(
    { dryRun: true, batch },
    Effect.gen(function* () {
      yield* printLine("This is a dry run: nothing is sent.")
      if (rows.length > 0) yield* printTable(["KIND", "LINES TO BUY", "CREDITS"], rows)
      yield* printLine(told(lines, left))
    })
  )
})

const checkPrices = Effect.fnUntraced(function* (lines: ReadonlyArray<Checked>, { file, maxCredits }: Flags) {
  const without = lines.find(({ estimate }) => Option.isNone(estimate))
  if (Option.isNone(maxCredits) || without === undefined) return
  return yield* usage(
    `${file}:${without.number}: The price list has no price for it, so --max-credits cannot be checked. Leave it out to submit without a limit.`
  )
})

export const runBatch = Effect.fnUntraced(function* (flags: Flags) {
  const defaults = { kind: flags.kind, directory: yield* directoryOf(flags.file) }
  const lines = yield* readLines(flags.file, defaults)
  yield* checkPrices(lines, flags)
  // The jobs of the fake and of a recording are bought by nobody.
  const kept = isJournaled(flags) ? journal : Layer.fresh(Journal.layerMemory)
  yield* Effect.gen(function* () {
    const bought = yield* boughtBefore
    const met = new Set(bought)
    const left = lines.filter(({ operation }) => !met.has(operation) && met.add(operation) !== undefined)
    if (flags.dryRun) return yield* showDryRun(flags, lines, left)
    // The jobs of the fake end with the program.
    const next = isJournaled(flags) ? batchCommand(flags) : undefined
    yield* add({ next })
    yield* Effect.gen(function* () {
      // The keys are there: they are read before this runs.
      yield* checkOut(flags.out)
      const isPaid = isJournaled(flags) && left.length > 0
      yield* printNote(isPaid ? `${told(lines, left)} Submitting.` : told(lines, left))
      yield* runLines(
        inOrder(lines, ({ operation }) => bought.has(operation)),
        defaults,
        flags,
        next
      )
    }).pipe(Effect.provide(jobs(flags)))
  }).pipe(Effect.provide(kept))
})
