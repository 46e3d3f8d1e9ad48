/**
 * The task slots of one kind of job. Jobs get them first come first served, and a job
 * gives its task slot back when it ends, or when its id expires.
 *
 * Nothing is planned ahead: `settle` works out which jobs have started since the last
 * look. So each job is started once, and a look costs the same however many jobs there are.
 */
import type { FakeJob } from "./job.ts"

export interface TaskSlots {
  /** Sets how many jobs run at once, from the last look on. */
  readonly setCount: (count: number) => void
  /** Starts the jobs that got a task slot until now. */
  readonly settle: (now: number) => void
  /** Whether a job would not have to wait for a task slot. */
  readonly hasFree: () => boolean
  readonly enter: (job: FakeJob) => void
  /** Takes a job out, which gives its task slot to the next one. */
  readonly leave: (job: FakeJob) => void
}

const heldUntil = (job: FakeJob) => Math.min(job.endsAt, job.expiresAt)

/** Where a value belongs in a sorted array: after its equals. */
const placeOf = <A>(sorted: ReadonlyArray<A>, key: (entry: A) => number, value: number): number => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const entry = sorted[middle]
    if (entry !== undefined && key(entry) <= value) low = middle + 1
    else high = middle
  }
  return low
}

const insert = <A>(sorted: Array<A>, key: (entry: A) => number, entry: A) =>
  void sorted.splice(placeOf(sorted, key, key(entry)), 0, entry)

const remove = <A>(array: Array<A>, entry: A) => {
  const index = array.indexOf(entry)
  if (index >= 0) array.splice(index, 1)
}

const readyAt = (job: FakeJob) => job.readyAt
const itself = (value: number) => value

export const makeTaskSlots = (): TaskSlots => {
  let count = 0
  let settledAt = -Infinity
  /** By when they are ready. */
  const waiting: Array<FakeJob> = []
  /** When the task slots that are taken become free, sorted. */
  const taken: Array<number> = []

  return {
    setCount: (to) => void (count = Math.floor(to)),
    settle: (now) => {
      // What waits could not start before the last look. A clock that was set back forgets that.
      const earliest = Math.min(settledAt, now)
      let passed = 0
      for (const next of waiting) {
        // With all task slots taken, those before this one will have become free as well.
        const last = taken.length - count
        const freeAt = last < 0 ? -Infinity : (taken[last] ?? Infinity)
        const startsAt = Math.max(next.readyAt, earliest, freeAt)
        if (startsAt > now) break
        passed += 1
        if (startsAt >= next.expiresAt) continue
        next.startsAt = startsAt
        next.endsAt = startsAt + next.run
        taken.splice(0, last + 1)
        insert(taken, itself, heldUntil(next))
      }
      waiting.splice(0, passed)
      taken.splice(0, placeOf(taken, itself, now))
      settledAt = now
    },
    hasFree: () => waiting.length + taken.length < count,
    enter: (job) => insert(waiting, readyAt, job),
    leave: (job) => (job.startsAt === Infinity ? remove(waiting, job) : remove(taken, heldUntil(job)))
  }
}
