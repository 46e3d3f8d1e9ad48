/** The laws that hold in every world of the simulator. `audit.ts` and the world itself watch over them. */
export const laws = [
  /** Every job that exists at the service is in the journal, as accepted or as unknown. */
  "no job is lost",
  /** An operation id has one job, unless somebody said `again`. */
  "no job is bought twice",
  /** A job that the journal names can be waited for and downloaded as a whole. */
  "what is accepted can be had",
  /** Each call ends in its time, and so does an interruption. */
  "no wait hangs",
  /** No action arrives more often than 20 times in any rolling second. */
  "the ceiling holds",
  /** A call fails with one of its typed errors, never with a defect. */
  "every failure is typed",
  /** No key and no query of a signed link is in a log, a span, an error, the journal or a file. */
  "no secret is told",
  /** A life that has ended leaves no fiber, no timer and no open file. */
  "nothing is left running"
] as const

export type Law = (typeof laws)[number]
