/**
 * The jobs of the fake. Whoever looks at them first works out what has happened until
 * now: which jobs started, and what has expired.
 *
 * Everything here is synchronous: a look, a submit or an order from a test sees and
 * leaves a consistent state, however fibers interleave.
 */
import type * as Random from "effect/Random"
import type * as JobKind from "../../../job/JobKind.ts"
import { makeJob, status, type FakeJob } from "./job.ts"
import { makeJobIndex } from "./jobIndex.ts"
import type { JobOptions, Options, Outcome } from "./options.ts"
import { digits } from "./random.ts"
import { makeTaskSlots, type TaskSlots } from "./taskSlots.ts"

export interface Jobs {
  /** The job with this id, unless the id has expired. */
  readonly find: (id: string, now: number) => FakeJob | undefined
  /** The job that is done, with this result file. */
  readonly findByFile: (file: string, now: number) => FakeJob | undefined
  /** All jobs whose ids have not expired, in the order in which they came. */
  readonly known: (now: number) => ReadonlyArray<FakeJob>
  /** Whether a job of this kind would not have to wait for a task slot. */
  readonly hasFreeSlot: (kind: JobKind.Any, now: number) => boolean
  readonly add: (options: JobOptions, now: number, random: Random.Random) => FakeJob
  /** Ends a job now, if it has not ended yet. */
  readonly end: (job: FakeJob, outcome: Outcome, now: number) => void
  readonly clear: () => void
}

export const makeJobs = (defaults: Options): Jobs => {
  const index = makeJobIndex()
  // By the name of the kind, since kinds are compared by name.
  const slots = new Map<string, TaskSlots>()

  /** The task slots of a kind, as many as it says now. */
  const slotsOf = (kind: JobKind.Any) => {
    const known = slots.get(kind.name) ?? makeTaskSlots()
    known.setCount(defaults.tasksAtOnce ?? kind.tasksAtOnce)
    slots.set(kind.name, known)
    return known
  }

  const leaveSlots = (job: FakeJob) => slots.get(job.kind.name)?.leave(job)

  const settle = (now: number) => {
    for (const kind of slots.values()) kind.settle(now)
    for (const job of index.expire(now)) leaveSlots(job)
  }

  /** The id is larger than 2^53, so that a client that takes it for a number notices. */
  const freeId = (random: Random.Random) => {
    let id = BigInt(`1${digits(random, 18, 10)}`)
    while (index.findById(String(id)) !== undefined) id += 1n
    return String(id)
  }

  return {
    find: (id, now) => {
      settle(now)
      return index.findById(id)
    },
    findByFile: (file, now) => {
      settle(now)
      const job = index.findByFile(file)
      return job !== undefined && status(job, now) === "DONE" ? job : undefined
    },
    known: (now) => {
      settle(now)
      return index.all()
    },
    hasFreeSlot: (kind, now) => {
      settle(now)
      return slotsOf(kind).hasFree()
    },
    add: (options, now, random) => {
      settle(now)
      const job = makeJob(options.id ?? freeId(random), options, defaults, now, random)
      const replaced = index.findById(job.id)
      if (replaced !== undefined) leaveSlots(replaced)
      index.add(job)
      slotsOf(job.kind).enter(job)
      return job
    },
    end: (job, outcome, now) => {
      settle(now)
      if (job.endsAt <= now) return
      leaveSlots(job)
      job.outcome = outcome
      job.startsAt = Math.min(job.startsAt, now)
      job.endsAt = now
    },
    clear: () => {
      index.clear()
      slots.clear()
    }
  }
}
