/**
 * The task slots of one kind of job. Jobs get them first come first served, and a job
 * gives its task slot back when it ends, or when its id expires.
 *
 * Nothing is planned ahead: `settle` works out which jobs have started since the last
 * look. So each job is started once, and a look costs the same however many jobs there are.
 */
import { makeHeap } from "./heap.ts"
import type { FakeJob } from "./job.ts"

export interface TaskSlots {
  /** Sets how many jobs run at once, from the last look on. */
  readonly setCount: (count: number) => void
  /** Starts the jobs that got a task slot until now. */
  readonly settle: (now: number) => void
  /** Whether a job would not have to wait for a task slot. */
  readonly hasFree: () => boolean
  /** Takes a job in: one that waits, or one that runs already. */
  readonly enter: (job: FakeJob) => void
  /** Takes a job out, which gives its task slot to the next one. */
  readonly leave: (job: FakeJob) => void
  /** Changes the times of all jobs that have not ended. */
  readonly change: (times: (job: FakeJob) => void) => void
}

const heldUntil = (job: FakeJob) => Math.min(job.endsAt, job.expiresAt)

export const makeTaskSlots = (): TaskSlots => {
  let count = 0
  let settledAt = -Infinity
  /** By when they are ready. */
  const waiting = makeHeap<FakeJob>()
  /** By when they give their task slot back. */
  const running = makeHeap<FakeJob>()

  const enter = (job: FakeJob) =>
    job.startsAt === Infinity ? waiting.add(job, job.readyAt) : running.add(job, heldUntil(job))

  /** Takes out the running job that ends first. When it gives its task slot back is the answer. */
  const endFirst = () => {
    const endsAt = running.firstKey()
    const job = running.first()
    if (job !== undefined) running.remove(job)
    return endsAt
  }

  return {
    setCount: (to) => void (count = Math.floor(to)),
    settle: (now) => {
      // What waits could not start before the last look. A clock that was set back forgets that.
      let earliest = Math.min(settledAt, now)
      for (let next = waiting.first(); next !== undefined; next = waiting.first()) {
        let startsAt = Math.max(next.readyAt, earliest)
        // With all task slots taken, one has to become free.
        while (running.size() >= count && running.firstKey() <= now) startsAt = Math.max(startsAt, endFirst())
        if (startsAt > now || running.size() >= count) break
        // No job starts before one that was ready before it.
        earliest = startsAt
        waiting.remove(next)
        if (startsAt >= next.expiresAt) continue
        next.startsAt = startsAt
        next.endsAt = startsAt + next.run
        enter(next)
      }
      while (running.firstKey() <= now) endFirst()
      settledAt = now
    },
    hasFree: () => waiting.size() + running.size() < count,
    enter,
    leave: (job) => {
      waiting.remove(job)
      running.remove(job)
    },
    change: (times) => {
      for (const job of [...running.drain(), ...waiting.drain()]) {
        times(job)
        enter(job)
      }
    }
  }
}
