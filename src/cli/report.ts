/**
 * Collects what is known of a run, and prints it with `--json`: one object, whatever happens.
 *
 * Commands `add` each fact once it is known: the ticket, the job as it was last seen, the files. `result` also prints
 * something for people, if there is no `--json`. At the end of the run `reported` prints all facts, with the error if it
 * failed. So a failure takes nothing away that was known before it, and no command knows how an error becomes JSON.
 *
 * **Gotchas**
 *
 * - Whether there is `--json` is read from the arguments, since a command line with an error gets its JSON too. The flag
 *   stands in the tree of commands only so that it is known there.
 * - `line` is for commands that print one object a line. Their last line is the error, if there is one.
 */
import * as Cause from "effect/Cause"
import * as CliError from "effect/cli/CliError"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Stdio from "effect/Stdio"
import { type Failure, fromCause } from "./failure.ts"
import { type Facts, outcome } from "./outcome.ts"
import { Output } from "./output.ts"
import { printJson } from "./print.ts"

export const jsonFlag = GlobalFlag.Setting("json")({
  flag: Flag.Boolean("json").pipe(
    Flag.withoutNegation,
    Flag.withDescription("Print one JSON object on standard output; hunyuan3d schema describes it"),
    Flag.withDefault(false)
  )
})

interface State {
  readonly facts: Facts
  /** Whether there is anything that was not printed yet. */
  readonly isNew: boolean
}

const nothing: State = { facts: {}, isNew: false }

export class Report extends Context.Service<
  Report,
  { readonly command: string | undefined; readonly isJson: boolean; readonly state: Ref.Ref<State> }
>()("effect-hunyuan3d/cli/Report") {}

/** Adds what is known now; a later fact takes the place of an earlier one. */
export const add = (facts: Facts): Effect.Effect<void, never, Report> =>
  Report.use(({ state }) => Ref.update(state, (before) => ({ facts: { ...before.facts, ...facts }, isNew: true })))

/** What is known until now. */
export const known: Effect.Effect<Facts, never, Report> = Report.use(({ state }) =>
  Effect.map(Ref.get(state), ({ facts }) => facts)
)

/** What only people get. */
export const unlessJson = <A, E, R>(print: Effect.Effect<A, E, R>): Effect.Effect<A | void, E, R | Report> =>
  Report.use(({ isJson }) => (isJson ? Effect.void : print))

/** Adds facts, which `print` prints for people. */
export const result = <A, E, R>(facts: Facts, print: Effect.Effect<A, E, R>) =>
  Effect.andThen(add(facts), unlessJson(print))

/** Adds facts, and prints all that is known as one line. `print` is for people. */
export const line = <A, E, R>(facts: Facts, print: Effect.Effect<A, E, R>) =>
  Effect.andThen(result(facts, print), printAll(undefined))

/** Runs a part of the command's work, such as one job of several. What it adds becomes an entry of `results`. */
export const collected = Effect.fnUntraced(function* <A, E extends Error, R>(self: Effect.Effect<A, E, R>) {
  const report = yield* Report
  const state = yield* Ref.make(nothing)
  return yield* self.pipe(
    Effect.provideService(Report, { ...report, state }),
    Effect.onExit((exit) =>
      Effect.gen(function* () {
        const { results = [] } = (yield* Ref.get(report.state)).facts
        const failure = Exit.isFailure(exit) ? fromCause(exit.cause) : undefined
        const entry = outcome((yield* Ref.get(state)).facts, failure)
        yield* Effect.provideService(add({ results: [...results, entry] }), Report, report)
      })
    )
  )
})

/** Runs one of the commands, and prints in the end what it added. */
export const reported =
  (commands: ReadonlyArray<string>) =>
  <A, E extends Error, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, Report> | Stdio.Stdio> =>
    Effect.gen(function* () {
      const { args } = yield* Stdio.Stdio
      const typed = yield* args
      const command = typed.find((word) => commands.includes(word))
      return yield* self.pipe(
        Effect.onExit(printEnd),
        Effect.provideService(Report, { command, isJson: wantsJson(typed), state: yield* Ref.make(nothing) })
      )
    })

// As Effect reads a flag: up to `--`, with a value or without.
const wantsJson = (args: ReadonlyArray<string>) => {
  const end = args.indexOf("--")
  const flags = end === -1 ? args : args.slice(0, end)
  return flags.some(
    (word, index) => /^--json(=(true|1|y|yes|on))?$/.test(word) && !/^(false|0|n|no|off)$/.test(flags[index + 1] ?? "")
  )
}

const printEnd = Effect.fnUntraced(function* <A, E extends Error>(exit: Exit.Exit<A, E>) {
  if (Exit.isFailure(exit)) {
    // Help was wanted and is printed.
    const error = Cause.squash(exit.cause)
    if (CliError.isCliError(error) && error._tag === "ShowHelp" && error.errors.length === 0) return
    return yield* printAll(fromCause(exit.cause))
  }
  const { isNew } = yield* Report.use(({ state }) => Ref.get(state))
  if (isNew) yield* printAll(undefined)
})

const encode = Schema.encodeEffect(Output)

/** Prints all that is known, with `--json` only. */
const printAll = Effect.fnUntraced(function* (failure: Failure | undefined) {
  const { command, isJson, state } = yield* Report
  if (!isJson) return
  const { facts } = yield* Ref.getAndUpdate(state, (before) => ({ ...before, isNew: false }))
  const output = { version: 1, ...(command === undefined ? {} : { command }), ...outcome(facts, failure) } as const
  yield* Effect.flatMap(Effect.orDie(encode(output)), printJson)
})
