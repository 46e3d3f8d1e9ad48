/** How the fake is set up, and how a job in it. */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Credentials from "../../../cloud/Credentials.ts"
import type * as JobKind from "../../../job/JobKind.ts"
import type { Fault } from "./faults.ts"
import type { ReceivedRequest } from "./log.ts"

/**
 * How a job ends: with its files, or with a code and a message.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome = "DONE" | { readonly code: string; readonly message: string }

/**
 * Lets jobs fail that are submitted: with what code and message, and what share of them from 0 to 1; all by default.
 *
 * @category models
 * @since 0.1.0
 */
export interface Failing {
  readonly code: string
  readonly message: string
  readonly rate?: number | undefined
}

/**
 * A job to put into the fake.
 *
 * @category models
 * @since 0.1.0
 */
export interface JobOptions {
  /** A string of digits. Drawn, with 19 of them, by default. A job that has the id already is replaced. */
  readonly id?: string | undefined
  /** `JobKind.Pro` by default. */
  readonly kind?: JobKind.Any | undefined
  /** Where the job is known. `ap-singapore` by default. */
  readonly region?: string | undefined
  /** How long it waits though a task slot is free. By default as in `Options`. */
  readonly wait?: Duration.Input | undefined
  /** How long it runs once it has a task slot; `"Infinity"` until the test ends it. By default as in `Options`. */
  readonly run?: Duration.Input | undefined
  /** `DONE` by default, unless jobs are `failing`. */
  readonly outcome?: Outcome | undefined
}

/**
 * How the fake is set up.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The one that is accepted beside those that the fake issues. `Fake.credential` by default. */
  readonly credential?: Credentials.Credential | undefined
  /** The role of the machine, which its metadata service names. By default it has none. */
  readonly role?: string | undefined
  /** Jobs that are there from the start, so that nothing has to be submitted. */
  readonly jobs?: ReadonlyArray<JobOptions & { readonly id: string }> | undefined
  /** How long a job waits though a task slot is free. Not at all by default. */
  readonly wait?: Duration.Input | undefined
  /** How long a job runs once it has a task slot. By default each draws its own time, from 60 to 180 seconds. */
  readonly run?: Duration.Input | undefined
  /** How many times faster than that jobs wait and run. 1 by default. Links and ids keep their 24 hours. */
  readonly timeScale?: number | undefined
  /**
   * How many jobs of each kind run at once; `Infinity` for no limit. By default as
   * many as the kind says: three of `Pro`, and so on.
   */
  readonly tasksAtOnce?: number | undefined
  /** How many calls of one action are answered within any second. 20 by default. */
  readonly requestsPerSecond?: number | undefined
  /**
   * What becomes of a submit while all task slots of its kind are taken: the job
   * waits for one (`queue`, the default), or the submit is refused with
   * `RequestLimitExceeded.JobNumExceed` (`refuse`). The service documents the
   * first, and clients observe the second.
   */
  readonly slotsFull?: "queue" | "refuse" | undefined
  /** Faults by chance: what share of all requests, from 0 to 1, suffers which one. */
  readonly faults?: ReadonlyArray<{ readonly fault: Fault; readonly rate: number }> | undefined
  /**
   * The https host in links to results. By default one of Tencent Cloud's object
   * storage, which `Fake.layer` answers itself; on a server, the server's own origin.
   */
  readonly resultHost?: string | undefined
  /**
   * Draws chance from sequences of the fake's own, so that ids, durations, failures and faults are the same in each
   * run. By default chance is that of `Random`.
   */
  readonly seed?: number | undefined
  /** Jobs that fail by themselves. By default none does. */
  readonly failing?: Failing | undefined
  /** Runs after each request, once it is in the log: before a fault keeps the client from the answer. */
  readonly onRequest?: ((request: ReceivedRequest) => Effect.Effect<void>) | undefined
}
