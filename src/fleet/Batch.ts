/**
 * Many requests, and a stream of what becomes of them.
 *
 * `run` submits items, as many at once as the task slots of each kind allow, and waits for their jobs. `download` is the
 * same and also downloads the files into a directory. What happens to each item is an event. Every item ends with one
 * event of its own, and one that fails does not stop the others.
 *
 * Each item is an operation of the `Journal`. A batch that was stopped, or killed, is run again with the same items: jobs
 * that are recorded are waited for, files that are there are kept, and nothing is bought twice. Without an id of their
 * own, items get one from their content, so that the same request is the same operation. An item of which nobody knows
 * whether it has a job fails with `SubmissionUnknown`, and is not bought again unless `again` says so.
 *
 * **Gotchas**
 *
 * - What every further submission would meet too ends the batch: no or refused credentials, no permission, an empty
 *   account, a limiter or a journal that does not work, five submissions one after the other without a clear answer,
 *   and a failure of `items`. Nothing is submitted then. Jobs that there are are waited for to their end, and only then
 *   does the stream fail. Items that had no turn have no event. A submission that is under way at that moment gets its
 *   ticket into the journal, and the next run goes on with it.
 * - Interrupting the stream cancels no job. The next run goes on with them.
 * - A slow reader of the events slows the batch down.
 * - Items are read `window` ahead. Within it, items of a kind whose task slots are taken do not hold up the others.
 *   Mix the kinds of a longer batch.
 * - A limit of credits counts items in their order. An item that could pass it is left out, and a later one that costs
 *   less may still fit. Jobs that failed cost nothing, and make room for items that are read after that.
 * - An item whose job failed has had its operation. To buy it again, forget the operation or give another id.
 *
 * @since 0.1.0
 */
import type * as FileSystem from "effect/FileSystem"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Path from "effect/Path"
import type * as Stream from "effect/Stream"
import type { ApiError } from "../cloud/ApiError.ts"
import type * as ResultFiles from "../files/ResultFiles.ts"
import type * as Journal from "../job/Journal.ts"
import type * as QueryJob from "../job/QueryJob.ts"
import type * as SubmitJob from "../job/SubmitJob.ts"
import * as files from "./internal/batch/files.ts"
import type { Event, Item, Options } from "./internal/batch/model.ts"
import * as internal from "./internal/batch/run.ts"

export { Event, item, type Item, type Line, type LineError, type Options } from "./internal/batch/model.ts"
export { operationId } from "./internal/batch/operation.ts"

type Services = SubmitJob.SubmitJob | QueryJob.QueryJob | Journal.Journal

/**
 * Submits the items and waits for their jobs.
 *
 * **Example** (Two teapots, of which one is bought)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Layer, Stream } from "effect"
 * import * as Batch from "effect-hunyuan3d/Batch"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as GenerateJob from "effect-hunyuan3d/GenerateJob"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 * import * as Journal from "effect-hunyuan3d/Journal"
 *
 * const items = Stream.make(
 *   Batch.item(JobKind.Pro, { Prompt: "a teapot" }),
 *   Batch.item(JobKind.Rapid, { Prompt: "a cup" }, "order-17"),
 *   Batch.item(JobKind.Pro, { Prompt: "a teapot" })
 * )
 * const program = Batch.run(items).pipe(
 *   Stream.filter((event) => event._tag === "Done" || event._tag === "Duplicate"),
 *   Stream.map(({ _tag, line }) => `${line.index} ${_tag}`),
 *   Stream.runCollect
 * )
 * const Test = Layer.merge(GenerateJob.layer, Journal.layerMemory).pipe(Layer.provide(Fake.layer({ run: 0 })))
 * const ends = await Effect.runPromise(Effect.provide(program, Test))
 * assert.deepEqual(ends.toSorted(), ["0 Done", "1 Done", "2 Duplicate"])
 * ```
 *
 * @category running
 * @since 0.1.0
 */
export const run = <E, R, E2 = never, R2 = never>(
  items: Stream.Stream<Item<E2, R2>, E, R>,
  options: Options = {}
): Stream.Stream<Event<E2>, E | ApiError | Journal.JournalError, R | R2 | Services> =>
  internal.run(items, options, undefined)

/**
 * Submits the items, waits for their jobs, and downloads the files into a directory, as `ResultFiles.download` does.
 *
 * **Details**
 *
 * Files of an earlier run that are still in the directory are kept, and their jobs are not looked at: they may have
 * expired since. With `overwrite` they are downloaded again.
 *
 * **Example** (Files on the disk)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { NodeServices } from "@effect/platform-node"
 * import { Effect, FileSystem, Layer, Stream } from "effect"
 * import * as Batch from "effect-hunyuan3d/Batch"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as GenerateJob from "effect-hunyuan3d/GenerateJob"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 * import * as Journal from "effect-hunyuan3d/Journal"
 *
 * const items = Stream.make(Batch.item(JobKind.Pro, { Prompt: "a teapot" }))
 * const program = Effect.gen(function* () {
 *   const fs = yield* FileSystem.FileSystem
 *   const directory = yield* fs.makeTempDirectoryScoped()
 *   const tags = Batch.download(items, directory).pipe(
 *     Stream.map(({ _tag }) => _tag),
 *     Stream.runLast
 *   )
 *   assert.equal((yield* tags).valueOrUndefined, "Downloaded")
 *   assert.equal((yield* tags).valueOrUndefined, "Kept")
 * })
 * const Test = Layer.mergeAll(GenerateJob.layer, Journal.layerMemory).pipe(
 *   Layer.provideMerge(Fake.layer({ run: 0 })),
 *   Layer.provideMerge(NodeServices.layer)
 * )
 * await Effect.runPromise(Effect.scoped(Effect.provide(program, Test)))
 * ```
 *
 * @category running
 * @since 0.1.0
 */
export const download = <E, R, E2 = never, R2 = never>(
  items: Stream.Stream<Item<E2, R2>, E, R>,
  directory: string,
  options: Options & ResultFiles.Options = {}
): Stream.Stream<
  Event<E2>,
  E | ApiError | Journal.JournalError,
  R | R2 | Services | HttpClient.HttpClient | FileSystem.FileSystem | Path.Path
> => internal.run(items, options, files.make(directory, options))
