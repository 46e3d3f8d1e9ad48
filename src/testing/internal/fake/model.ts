/**
 * The jobs of the fake service. When a job starts and ends is planned as soon as
 * it is known, so that its state at any time is a comparison with the clock and
 * nothing runs in the background.
 *
 * Everything here is synchronous: a look, a submit or an order from a test sees
 * and leaves a consistent plan, however fibers interleave.
 */
import * as Duration from "effect/Duration"
import type * as Random from "effect/Random"
import * as Job from "../../../job/Job.ts"
import * as JobKind from "../../../job/JobKind.ts"
import type * as Fake from "../../Fake.ts"

/** How long an id, and a link to a result, is valid: 24 hours in milliseconds. */
export const lifetime = 86_400_000

/** A job; times are Unix milliseconds, `run` is in milliseconds. */
export interface Planned {
  readonly id: Job.JobId
  readonly kind: JobKind.Any
  readonly region: string
  readonly submittedAt: number
  /** From when it takes a slot that is free. */
  readonly readyAt: number
  readonly run: number
  outcome: Fake.Outcome
  startsAt: number
  endsAt: number
  /** Names its result files. */
  readonly file: string
  /** Signs the links to them. */
  readonly signature: string
}

export const status = (job: Planned, now: number): Fake.JobState["status"] =>
  now < job.startsAt ? "WAIT" : now < job.endsAt ? "RUN" : job.outcome === "DONE" ? "DONE" : "FAIL"

const digits = (random: Random.Random, count: number, radix: number): string =>
  Array.from({ length: count }, () => Math.floor(random.nextDoubleUnsafe() * radix).toString(radix)).join("")

/** A version 4 UUID. */
export const uuid = (random: Random.Random): string => {
  const hex = (count: number) => digits(random, count, 16)
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`
}

export interface Jobs {
  /** The job with this id, unless the id has expired. */
  readonly find: (id: string, now: number) => Planned | undefined
  readonly findByFile: (file: string) => Planned | undefined
  /** All jobs whose ids have not expired, in the order in which they came. */
  readonly known: (now: number) => ReadonlyArray<Planned>
  /** Whether a job of this kind would not have to wait for a slot. */
  readonly hasFreeSlot: (kind: JobKind.Any, now: number) => boolean
  readonly add: (options: Fake.JobOptions, now: number, random: Random.Random) => Planned
  /** Ends a job now, if it has not ended yet. */
  readonly end: (job: Planned, outcome: Fake.Outcome, now: number) => void
  readonly clear: () => void
}

export const makeJobs = (defaults: Fake.Options): Jobs => {
  const { timeScale = 1 } = defaults
  const slotsOf = (kind: JobKind.Any) => defaults.tasksAtOnce ?? kind.tasksAtOnce
  const jobs = new Map<string, Planned>()

  const isKnown = (job: Planned, now: number) => now < job.submittedAt + lifetime
  const known = (now: number) => Array.from(jobs.values()).filter((job) => isKnown(job, now))
  const open = (kind: JobKind.Any, now: number) => known(now).filter((job) => job.kind === kind && now < job.endsAt)

  /** Gives the jobs of a kind that have not started their slots, first come first served. */
  const plan = (kind: JobKind.Any, now: number) => {
    const unended = open(kind, now)
    const slots = unended
      .filter((job) => job.startsAt <= now)
      .map((job) => Math.min(job.endsAt, job.submittedAt + lifetime))
    while (slots.length < slotsOf(kind)) slots.push(now)
    const waiting = unended.filter((job) => now < job.startsAt).toSorted((a, b) => a.readyAt - b.readyAt)
    for (const job of waiting) {
      const first = slots.indexOf(Math.min(...slots))
      job.startsAt = Math.max(job.readyAt, slots[first] ?? now)
      job.endsAt = job.startsAt + job.run
      slots[first] = job.endsAt
    }
  }

  /** The id is larger than 2^53, so that a client that takes it for a number notices. */
  const freeId = (random: Random.Random) => {
    let id = BigInt(`1${digits(random, 18, 10)}`)
    while (jobs.has(String(id))) id += 1n
    return String(id)
  }

  /** A job is kept for as long as its id or its result files are valid. */
  const dropExpired = (now: number) => {
    for (const [id, job] of jobs) {
      const hasFiles = job.endsAt < job.submittedAt + lifetime && now < job.endsAt + lifetime
      if (!isKnown(job, now) && !hasFiles) jobs.delete(id)
    }
  }

  return {
    find: (id, now) => {
      const job = jobs.get(id)
      return job !== undefined && isKnown(job, now) ? job : undefined
    },
    findByFile: (file) => Array.from(jobs.values()).find((job) => job.file === file),
    known,
    hasFreeSlot: (kind, now) => open(kind, now).length < slotsOf(kind),
    add: (options, now, random) => {
      const wait = options.wait ?? defaults.wait ?? 0
      const run = options.run ?? defaults.run
      const job: Planned = {
        id: Job.JobId.make(options.id ?? freeId(random)),
        kind: options.kind ?? JobKind.Pro,
        region: options.region ?? "ap-singapore",
        submittedAt: now,
        readyAt: now + Duration.toMillis(wait) / timeScale,
        run:
          (run === undefined ? 60_000 + Math.floor(random.nextDoubleUnsafe() * 120_001) : Duration.toMillis(run)) /
          timeScale,
        outcome: options.outcome ?? "DONE",
        startsAt: Infinity,
        endsAt: Infinity,
        file: uuid(random),
        signature: digits(random, 40, 16)
      }
      dropExpired(now)
      jobs.set(job.id, job)
      plan(job.kind, now)
      return job
    },
    end: (job, outcome, now) => {
      if (job.endsAt <= now) return
      job.outcome = outcome
      job.startsAt = Math.min(job.startsAt, now)
      job.endsAt = now
      plan(job.kind, now)
    },
    clear: () => jobs.clear()
  }
}
