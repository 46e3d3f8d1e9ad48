/**
 * The task slots of an account: how many jobs of a kind the service computes at once.
 *
 * Submissions of a kind wait in a queue, first come first served, until there is a task
 * slot for them. Each `SubmitJob` counts for itself; with `layerShared` all processes
 * that share a Redis server have one count and one queue. The setting `TaskSlots` says
 * what a submission does that the service refuses all the same, since somebody else has
 * the task slots.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Redis from "effect/persistence/Redis"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type * as ApiError from "../cloud/ApiError.ts"
import * as StoreHealth from "../internal/storeHealth.ts"
import * as Member from "./internal/slots/member.ts"
import { slotStore } from "./internal/slots/metrics.ts"
import { TaskSlotPool } from "./internal/slots/service.ts"
import * as Store from "./internal/slots/store.ts"
import { TaskSlotsUnavailable } from "./internal/slots/unavailable.ts"

export { type Place, TaskSlotPool } from "./internal/slots/service.ts"
export { TaskSlotsUnavailable } from "./internal/slots/unavailable.ts"

/**
 * What a submission does while all task slots are taken.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** When it is sent again. When the schedule ends, the submission fails with `TaskSlotsFull`. */
  readonly retry: Schedule.Schedule<unknown, ApiError.ApiError>
}

/**
 * The setting in force: send again after 15 seconds, growing to a minute, with
 * jitter, for a quarter of an hour. A slot stays held for half a minute, at times for
 * minutes, after its job is done.
 *
 * @category references
 * @since 0.1.0
 */
export const TaskSlots = Context.Reference<Options>("effect-hunyuan3d/TaskSlots", {
  defaultValue: () => ({
    retry: Schedule.min([Schedule.exponential("15 seconds", 1.5), Schedule.spaced("1 minute")]).pipe(
      Schedule.jittered,
      Schedule.upTo({ duration: "15 minutes" })
    )
  })
})

/**
 * Changes parts of the setting.
 *
 * **Example** (Do not wait for a task slot)
 *
 * ```ts
 * import { Effect, Layer, Schedule } from "effect"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 * import * as SubmitJob from "effect-hunyuan3d/SubmitJob"
 * import * as TaskSlots from "effect-hunyuan3d/TaskSlots"
 *
 * const program = SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, { Prompt: "a teapot" }))
 * const Test = SubmitJob.layer.pipe(
 *   Layer.provide(TaskSlots.layer({ retry: Schedule.recurs(0) })),
 *   Layer.provide(Fake.layer())
 * )
 * await Effect.runPromise(Effect.provide(program, Test))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Partial<Options>): Layer.Layer<never> =>
  Layer.effect(
    TaskSlots,
    Effect.map(TaskSlots, (slots) => ({ ...slots, ...options }))
  )

/**
 * How many task slots a fleet has, where it shares them, and for how long a job holds one.
 *
 * @category models
 * @since 0.1.0
 */
export interface SharedOptions {
  /** How the keys in the store begin, `"effect-hunyuan3d:"` unless given. Each account needs one of its own. */
  readonly prefix?: string | undefined
  /** How many task slots there are, by the name of the kind. `tasksAtOnce` of the kind unless given. */
  readonly slots?: Readonly<Record<string, number>> | undefined
  /** How long the service holds the task slot of a job that has ended; 30 seconds unless given. */
  readonly heldAfterEnd?: Duration.Input | undefined
  /** The longest time that a job takes; 15 minutes unless given. A job whose end nobody sees holds its task slot so long. */
  readonly longestJob?: Duration.Input | undefined
  /**
   * How long submissions wait for a store that does not answer; 10 seconds unless given. After that all who wait fail
   * with `NoPermit`, and so do new submissions, until it answers. Nothing is submitted meanwhile.
   */
  readonly deadline?: Duration.Input | undefined
}

const millis = (name: string, input: Duration.Input): number => {
  const duration = Duration.fromInputUnsafe(input)
  if (!Duration.isFinite(duration)) {
    throw new RangeError(`TaskSlots: ${name} must be finite, not ${Duration.format(duration)}`)
  }
  return Math.ceil(Duration.toMillis(duration))
}

/** As the store counts: a whole number, at least 1. */
const whole = (name: string, count: number): number => {
  if (!(count >= 1)) throw new RangeError(`TaskSlots: the task slots of ${name} must be at least 1, not ${count}`)
  return Math.floor(Math.min(count, 1_000_000))
}

const settings = ({
  deadline = "10 seconds",
  heldAfterEnd = "30 seconds",
  longestJob = "15 minutes",
  slots = {}
}: SharedOptions) => ({
  heldAfterEnd: millis("heldAfterEnd", heldAfterEnd),
  longestJob: millis("longestJob", longestJob),
  deadline: millis("deadline", deadline),
  slots: new Map(Object.entries(slots).map(([kind, count]) => [kind, whole(kind, count)]))
})

/**
 * Shares the task slots of an account among all processes that share a Redis store.
 *
 * **When to use**
 *
 * Use for a fleet of workers on one account. Provide it beneath `SubmitJob`, and beneath `QueryJob` in every process that
 * looks at jobs.
 *
 * **Details**
 *
 * Submissions of a kind have one queue, whichever process they are in. The first one is sent when fewer jobs than the kind
 * has task slots are at the service. Its position is in the log while it waits, in the metric
 * `hunyuan3d_task_slot_position`, and `onPosition` of the submission hears it.
 *
 * A job holds its task slot, whatever becomes of its process, until `heldAfterEnd` after a `QueryJob` with this layer has
 * seen its end, or `TaskSlotPool.ended` was told. If nobody sees it, the task slot is free `longestJob` after the
 * submission, but not before `use` of `submitWith` ends while its process lives. A process that is not heard for 5 seconds
 * loses its places in the queue, and its task slots without a job.
 *
 * When the service answers `TaskSlotsFull` though a task slot should be free, the submission is sent again as the setting
 * `TaskSlots` says, and all others wait behind it. After that they go one by one, until all task slots are taken.
 *
 * Each question to the store waits for 1 second. Its loss and its return are each logged once, as a warning, and the
 * gauge `hunyuan3d_task_slot_store_up` shows them. A store that lost its state gives out nothing for 5 seconds, and hears
 * from the processes what they have. A submission that is paid for never fails because of the store.
 *
 * Bad options are a defect.
 *
 * **Gotchas**
 *
 * - A process that dies after the service has accepted its job and before the store hears of it, which is a moment, leaves
 *   a task slot taken that counts as free. The next submission finds it taken, and waits.
 * - `submit` holds its task slot until the job ends, as `generate` does. So look at each job that you submit, somewhere.
 * - Accounts that share a store need a `prefix` each. The state of a kind is one value in Redis, which grows with the
 *   queue, by a hundred bytes for each place. It goes away after an unused day.
 * - All processes should agree on the number of task slots. Each gives out as many as it knows of.
 *
 * **Example** (A worker of a fleet)
 *
 * ```ts no-run
 * import { NodeRedis } from "@effect/platform-node"
 * import { Layer } from "effect"
 * import { FetchHttpClient } from "effect/http"
 * import * as Credentials from "effect-hunyuan3d/Credentials"
 * import * as GenerateJob from "effect-hunyuan3d/GenerateJob"
 * import * as TaskSlots from "effect-hunyuan3d/TaskSlots"
 *
 * const Slots = TaskSlots.layerShared({ prefix: "account-1:", slots: { Pro: 10 } }).pipe(
 *   Layer.provide(NodeRedis.layer({ url: "redis://127.0.0.1:6379", disableOfflineQueue: true }))
 * )
 * export const Jobs = GenerateJob.layer.pipe(
 *   Layer.provide([Slots, FetchHttpClient.layer, Credentials.layerEnv])
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerShared = (options: SharedOptions = {}): Layer.Layer<TaskSlotPool, never, Redis.Redis> =>
  Layer.effect(
    TaskSlotPool,
    Effect.gen(function* () {
      const { deadline, slots, ...times } = settings(options)
      const store = Store.overRedis(yield* Redis.Redis, options.prefix ?? "effect-hunyuan3d:")
      const health = StoreHealth.make({
        of: "task slots",
        consequence: `Submissions wait for it, and fail when it has not answered for ${Duration.format(Duration.millis(deadline))}. Check that it can be reached.`,
        lostAfter: Duration.seconds(3),
        up: slotStore
      })
      const run = yield* FiberSet.makeRuntime()
      const closed = Latch.makeUnsafe()
      yield* Effect.addFinalizer(() => closed.open)
      const name = `${yield* Random.nextInt}.${yield* Random.nextInt}`
      const members = new Map<string, ReturnType<typeof Member.make>>()
      const process = {
        ...times,
        name,
        store,
        health,
        run,
        closed: closed.await,
        deadline: BigInt(deadline) * 1_000_000n
      }
      const memberOf = (kind: string) => {
        const unavailable = (cause: unknown) => new TaskSlotsUnavailable({ kind, cause })
        const member = members.get(kind) ?? Member.make({ ...process, kind, unavailable })
        members.set(kind, member)
        return member
      }
      return {
        enter: (kind, onPosition) =>
          Effect.sync(() =>
            memberOf(kind.name).enter(slots.get(kind.name) ?? whole(kind.name, kind.tasksAtOnce), onPosition)
          ),
        ended: (ticket) => Effect.suspend(() => memberOf(ticket.kind).ended(ticket.jobId))
      }
    })
  )
