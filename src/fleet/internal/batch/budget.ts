/** The limit of a whole batch in credits. */
import * as Option from "effect/Option"
import type * as Credits from "../../../job/Credits.ts"
import type * as Journal from "../../../job/Journal.ts"

export interface Budget {
  /** Counts an estimate by its upper end, if the limit allows that. */
  readonly take: (estimate: Option.Option<Credits.Estimate>) => boolean
  /** Counts what a job did cost in place of its estimate. */
  readonly settle: (estimate: Option.Option<Credits.Estimate>, cost: number) => void
}

export const unlimited: Budget = { take: () => true, settle: () => {} }

export const make = (limit: number, spent: number): Budget => {
  let counted = spent
  return {
    take: Option.match({
      onNone: () => false,
      onSome: ({ high }) => {
        if (counted + high > limit) return false
        counted += high
        return true
      }
    }),
    settle: (estimate, cost) => {
      counted += cost - Option.match(estimate, { onNone: () => 0, onSome: ({ high }) => high })
    }
  }
}

/** What an operation costs by the journal. One of which nobody knows whether it has a job counts as bought. */
export const costOf = ({ ended, estimate, outcome }: Journal.Entry): number => {
  if (outcome._tag === "Refused") return 0
  return ended?.credits ?? (ended?.status === "FAIL" ? 0 : (estimate?.high ?? 0))
}
