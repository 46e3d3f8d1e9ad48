/** What goes into a batch and what comes out of it. */
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type { ApiError } from "../../../cloud/ApiError.ts"
import type * as Operation from "../../../cloud/Operation.ts"
import type { DownloadError } from "../../../files/DownloadError.ts"
import type { DownloadedFile } from "../../../files/ResultFiles.ts"
import type * as Credits from "../../../job/Credits.ts"
import type * as GenerateJob from "../../../job/GenerateJob.ts"
import type * as Job from "../../../job/Job.ts"
import type * as JobKind from "../../../job/JobKind.ts"
import type * as Journal from "../../../job/Journal.ts"
import type * as Polling from "../../../job/Polling.ts"
import type * as QueryJob from "../../../job/QueryJob.ts"

/**
 * One job that is wanted.
 *
 * **Details**
 *
 * `operation` is its operation id; by default `operationId` derives it from the kind and the request. In place of
 * `request` stands `make`, an effect that makes it, where requests are large: it runs when the item has its turn, so
 * that only requests that are about to be sent are in memory. Without an `operation` it runs twice, the first time to
 * derive one.
 *
 * **Gotchas**
 *
 * Of two items with `make` and the same `operation`, the second is taken for the same request unseen.
 *
 * @category models
 * @since 0.1.0
 */
export type Item<E = never, R = never> = {
  readonly operation?: string | undefined
  readonly kind: JobKind.Any
} & ({ readonly request: unknown } | { readonly make: Effect.Effect<unknown, E, R> })

/**
 * Makes an item, with a request that its kind takes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const item = <Request extends Operation.Codec>(
  kind: JobKind.JobKind<Request>,
  request: Request["Type"],
  operation?: string
): Item => ({ kind, request, operation })

/**
 * Which item an event is about.
 *
 * @category models
 * @since 0.1.0
 */
export interface Line {
  /** The place of the item, from 0. */
  readonly index: number
  /** Its operation id. Missing if none could be derived, because the request breaks a rule. */
  readonly operation?: string | undefined
  /** The name of its kind. */
  readonly kind: string
  /** What its job costs, once the request is known and where the price list has a price. */
  readonly estimate?: Credits.Estimate | undefined
}

/**
 * Why an item did not come to its end. `E` is that of the effects that make requests.
 *
 * @category errors
 * @since 0.1.0
 */
export type LineError<E = never> =
  | ApiError
  | Journal.NotSubmitted
  | GenerateJob.WaitFailed
  | QueryJob.WaitTimeout
  | QueryJob.JobFailed
  | DownloadError
  | E

/**
 * What happens to an item.
 *
 * **Details**
 *
 * `Waiting`, `Submitted`, `Running` and, in a batch that downloads, `Done` are followed by another event of the same
 * item. All others are its last one.
 *
 * - `Waiting`: it is to be submitted and waits for a task slot.
 * - `Submitted`: it has a job. `recorded` if that was in the journal before the batch began.
 * - `Running`: the job is being computed.
 * - `Done`: the job is done.
 * - `Downloaded`: its files are on the disk.
 * - `Kept`: by the journal, its files were on the disk before the batch began. The job was not looked at. `consumed` are
 *   its credits, where the service reported them.
 * - `Duplicate`: the item at `of` is the same operation. Nothing is bought for this one.
 * - `OverLimit`: it was not submitted, since it could pass `maxCredits`, or the price list has no price for it.
 * - `Failed`: `error` says why, and `ticket` is there if it has a job.
 *
 * @category models
 * @since 0.1.0
 */
export type Event<E = never> = Data.TaggedEnum<{
  Waiting: { readonly line: Line }
  Submitted: { readonly line: Line; readonly ticket: Job.JobTicket; readonly recorded: boolean }
  Running: { readonly line: Line; readonly ticket: Job.JobTicket; readonly job: Job.Running }
  Done: { readonly line: Line; readonly ticket: Job.JobTicket; readonly job: Job.Done }
  Downloaded: {
    readonly line: Line
    readonly ticket: Job.JobTicket
    readonly job: Job.Done
    readonly files: ReadonlyArray<DownloadedFile>
  }
  Kept: {
    readonly line: Line
    readonly ticket: Job.JobTicket
    readonly paths: ReadonlyArray<string>
    readonly consumed?: number | undefined
  }
  Duplicate: { readonly line: Line; readonly of: number }
  OverLimit: { readonly line: Line }
  Failed: { readonly line: Line; readonly ticket?: Job.JobTicket | undefined; readonly error: LineError<E> }
}>

interface EventDefinition extends Data.TaggedEnum.WithGenerics<1> {
  readonly taggedEnum: Event<this["A"]>
}

/**
 * Constructors and matchers of {@link Event}.
 *
 * @category models
 * @since 0.1.0
 */
export const Event = Data.taggedEnum<EventDefinition>()

/**
 * Options of a batch: how the end of a job is waited for, and what may be bought.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Partial<Polling.PollingOptions> {
  /**
   * The most credits that the whole batch may cost, by the upper end of the estimates. What the journal says was bought
   * for its items before counts, so the items are then read twice.
   */
  readonly maxCredits?: number | undefined
  /** Whether to submit what may have a job already, and maybe pay twice. `false` by default. */
  readonly again?: boolean | undefined
  /** How many items are held at once: read, and not at their end. 1000 by default. */
  readonly window?: number | undefined
}
