/** What a submission costs, said and limited before it is sent. The price list is in the program: nothing is looked up. */
import * as Flag from "effect/cli/Flag"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Credits from "../job/Credits.ts"
import type * as JobKind from "../job/JobKind.ts"
import { usage } from "./failure.ts"
import * as flag from "./flag.ts"
import { type Connection, outlivesProgram } from "./options.ts"
import { add, type Report } from "./report.ts"

export const costFlags = {
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Print the request and what it costs, and send nothing"),
    Flag.withDefault(false)
  ),
  maxCredits: flag.whole("max-credits").pipe(
    Flag.filter(
      (credits) => credits >= 0,
      () => "a number of credits, such as 35"
    ),
    Flag.withDescription("Submit nothing that can cost more than N credits"),
    Flag.optional
  )
}

export interface CostFlags {
  readonly dryRun: boolean
  readonly maxCredits: Option.Option<number>
}

const noPrice = ({ name }: JobKind.Any) =>
  `The price list of ${Credits.international.date} has no price for --kind ${name.toLowerCase()}`

/** The credits and the price in one sentence. */
export const cost = (kind: JobKind.Any, request: unknown): string =>
  `${Option.match(Credits.estimate(kind, request), { onNone: () => noPrice(kind), onSome: Credits.format })}.`

/** Adds the estimate to what is known. */
export const estimated = (kind: JobKind.Any, request: unknown): Effect.Effect<void, never, Report> =>
  Option.match(Credits.estimate(kind, request), {
    onNone: () => Effect.void,
    onSome: (estimate) => add({ estimate })
  })

/** What is said when a submission is about to be sent, after all that could keep it from that. */
export const Announcement = Context.Reference<Effect.Effect<void>>("effect-hunyuan3d/cli/cost/Announcement", {
  defaultValue: () => Effect.void
})

/**
 * Says the cost before a submission is sent, and nothing when none is: its operation may have a job already. On the
 * fake and from a recording nothing is sent and paid for.
 */
export const announced =
  (
    kind: JobKind.Any,
    request: unknown,
    { transport }: Pick<Connection, "transport">,
    print: (text: string) => Effect.Effect<void>
  ) =>
  <A, E, R>(submission: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    !outlivesProgram(transport)
      ? submission
      : Effect.flatMap(Ref.make(false), (isSaid) =>
          Effect.provideService(
            submission,
            Announcement,
            // Once, however often it is sent again for a task slot.
            Effect.flatMap(Ref.getAndSet(isSaid, true), (said) =>
              said ? Effect.void : print(`${cost(kind, request)} Submitting.`)
            )
          )
        )

/** Refuses what can cost more than `--max-credits`, by the upper end. */
export const checkMaxCredits = Effect.fnUntraced(function* (
  kind: JobKind.Any,
  request: unknown,
  { maxCredits }: CostFlags
) {
  if (Option.isNone(maxCredits)) return
  const estimate = Credits.estimate(kind, request)
  if (Option.isNone(estimate)) {
    return yield* usage(`${noPrice(kind)}, so --max-credits cannot be checked. Leave it out to submit without a limit.`)
  }
  if (estimate.value.high > maxCredits.value) {
    return yield* usage(
      `The request costs ${Credits.format(estimate.value)}. --max-credits ${maxCredits.value} does not allow that. ` +
        "Allow more, or leave something out: --dry-run shows what each part costs.",
      "MaxCredits"
    )
  }
})
