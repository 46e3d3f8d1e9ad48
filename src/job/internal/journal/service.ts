/**
 * The service alone, without its layers: `QueryJob` records how jobs end, and a bundle
 * of it stays without stores and entries.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as ApiError from "../../../cloud/ApiError.ts"
import type * as Operation from "../../../cloud/Operation.ts"
import type * as Job from "../../Job.ts"
import type { Entry, JournalError, NotSubmitted, Submission, Unreadable } from "./model.ts"

/**
 * Keeps what was submitted.
 *
 * **Example** (One operation, one job)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect } from "effect"
 * import * as Job from "effect-hunyuan3d/Job"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 * import * as Journal from "effect-hunyuan3d/Journal"
 *
 * let sent = 0
 * const send = Effect.sync(() => {
 *   sent += 1
 *   return new Job.JobTicket({ jobId: Job.JobId.make("1375367755519696896"), kind: "Pro", region: "ap-singapore" })
 * })
 *
 * const program = Effect.gen(function* () {
 *   const journal = yield* Journal.Journal
 *   const submission = {
 *     operation: "order-17",
 *     kind: JobKind.Pro,
 *     request: { Prompt: "a teapot" },
 *     region: "ap-singapore",
 *     endpoint: "hunyuan.intl.tencentcloudapi.com"
 *   }
 *   const ticket = yield* journal.submit(submission, send)
 *   const again = yield* journal.submit(submission, send)
 *   assert.equal(again.jobId, ticket.jobId)
 *   assert.equal(sent, 1)
 *
 *   const other = { ...submission, request: { Prompt: "a cup" } }
 *   const error = yield* Effect.flip(journal.submit(other, send))
 *   assert.match(error.message, /differs in Prompt/)
 * })
 * await Effect.runPromise(Effect.provide(program, Journal.layerMemory))
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class Journal extends Context.Service<
  Journal,
  {
    /**
     * Records the submission, runs `send`, which submits it, and records how that went. When the ticket of the same
     * operation is recorded, `send` is not run. A ticket that cannot be recorded is logged as an error, and answered.
     * `send` runs uninterruptibly. Where it lets itself be interrupted, it must have sent nothing.
     */
    readonly submit: <Request extends Operation.Codec>(
      submission: Submission<Request>,
      send: Effect.Effect<Job.JobTicket, ApiError.ApiError>
    ) => Effect.Effect<Job.JobTicket, ApiError.ApiError | NotSubmitted>
    /** Records how a job ended. A job that is not in the journal is left out. */
    readonly ended: (job: Job.Done | Job.Failed) => Effect.Effect<void, JournalError>
    /** Records where the files of a job are. A job that is not in the journal is left out. */
    readonly downloaded: (jobId: Job.JobId, paths: ReadonlyArray<string>) => Effect.Effect<void, JournalError>
    /**
     * All entries, the newest first, and what cannot be read beside them. A refused submission that was submitted
     * again is left out.
     */
    readonly list: Effect.Effect<
      { readonly entries: ReadonlyArray<Entry>; readonly unreadable: ReadonlyArray<Unreadable> },
      JournalError
    >
    /** Finds an entry by its operation id, or else by the id of its job. */
    readonly find: (id: string) => Effect.Effect<Option.Option<Entry>, JournalError>
    /** Removes all entries of an operation, given by its id or by that of its job, and tells whether there were any. */
    readonly forget: (id: string) => Effect.Effect<boolean, JournalError>
  }
>()("effect-hunyuan3d/Journal") {}
