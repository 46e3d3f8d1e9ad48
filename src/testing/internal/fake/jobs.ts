/**
 * The jobs of the fake. Whoever looks at them first works out what has happened until
 * now: which jobs started, and what has expired.
 *
 * Everything here is synchronous: a look, a submit or an order from a test sees and
 * leaves a consistent state, however fibers interleave.
 *
 * **Gotchas**
 *
 * - `now` is the time of the jobs' clock (`settings.ts`), which a test can move.
 */
import type * as Random from "effect/Random"
import type * as JobKind from "../../../job/JobKind.ts"
import { makeChance, type Chance } from "./chance.ts"
import { makeJob, status, type FakeJob, type NewJob } from "./job.ts"
import { makeJobIndex } from "./jobIndex.ts"
import type { Options, Outcome } from "./options.ts"
import { digits } from "./random.ts"
import { initialSettings, type Settings } from "./settings.ts"
import { makeTaskSlots, type TaskSlots } from "./taskSlots.ts"

export interface Jobs {
  /** The time of the jobs' clock, at a time of `Clock`. */
  readonly at: (time: number) => number
  /** The job with this id, unless the id has expired. */
  readonly find: (id: string, now: number) => FakeJob | undefined
  /** The job that is done, with this result file. */
  readonly findByFile: (file: string, now: number) => FakeJob | undefined
  /** All jobs whose ids have not expired, in the order in which they came. */
  readonly known: (now: number) => ReadonlyArray<FakeJob>
  /** How many those are. */
  readonly count: (now: number) => number
  /** All jobs of which there is anything left, in the order in which they came. */
  readonly stored: (now: number) => ReadonlyArray<FakeJob>
  /** Whether a job of this kind would not have to wait for a task slot. */
  readonly hasFreeSlot: (kind: JobKind.Any, now: number) => boolean
  readonly add: (options: NewJob, now: number, random: Random.Random) => FakeJob
  /** Ends a job now, if it has not ended yet. */
  readonly end: (job: FakeJob, outcome: Outcome, now: number) => void
  /** Lets the jobs wait and run so many times faster from now on, those that are there too. */
  readonly accelerate: (factor: number, now: number) => void
  /** Puts jobs in the place of those that are there, in the order in which they came. */
  readonly replaceAll: (jobs: ReadonlyArray<FakeJob>, now: number) => void
  readonly clear: () => void
}

/** From now on, what is left of the job's waiting and running takes so much less time. */
const hurry = (job: FakeJob, factor: number, now: number) => {
  const sooner = (time: number) => (time <= now || time === Infinity ? time : now + (time - now) / factor)
  if (job.startsAt === Infinity) job.readyAt = sooner(job.readyAt)
  job.endsAt = sooner(job.endsAt)
  job.run /= factor
}

/** Names for jobs and files that no other has. */
const makeNames = (index: ReturnType<typeof makeJobIndex>) => {
  let made = 0
  return {
    /** The id is larger than 2^53, so that a client that takes it for a number notices. */
    freeId: (random: Random.Random) => {
      let id = BigInt(`1${digits(random, 18, 10)}`)
      // Far from those that were made before, since a test may draw the same digits again and again.
      if (index.findById(String(id)) !== undefined) id += BigInt(made)
      while (index.findById(String(id)) !== undefined) id += 1n
      made += 1
      return String(id)
    },
    freeFile: (drawn: string) => {
      let file = drawn
      for (let nth = made; index.findByFile(file) !== undefined; nth++) {
        file = drawn.slice(0, -12) + nth.toString(16).padStart(12, "0")
      }
      return file
    }
  }
}

/** The task slots of all kinds. */
const makeAllSlots = ({ tasksAtOnce }: Options) => {
  // By the name of the kind, since kinds are compared by name.
  const slots = new Map<string, TaskSlots>()
  return {
    /** Those of a kind, as many as it says now. */
    of: (kind: JobKind.Any) => {
      const known = slots.get(kind.name) ?? makeTaskSlots()
      known.setCount(tasksAtOnce ?? kind.tasksAtOnce)
      slots.set(kind.name, known)
      return known
    },
    leave: (job: FakeJob) => slots.get(job.kind.name)?.leave(job),
    all: () => slots.values(),
    clear: () => slots.clear()
  }
}

/** How the next job ends, unless it is told otherwise. */
const drawOutcome = ({ failing }: Settings, chance: Chance, random: Random.Random): Outcome => {
  if (failing === undefined) return "DONE"
  const { code, message, rate = 1 } = failing
  return chance.of("failures", random).nextDoubleUnsafe() < rate ? { code, message } : "DONE"
}

/** The jobs with their task slots. */
const makeStore = (defaults: Options) => {
  const index = makeJobIndex()
  const slots = makeAllSlots(defaults)
  return {
    index,
    slots,
    names: makeNames(index),
    settle: (now: number) => {
      for (const kind of slots.all()) kind.settle(now)
      for (const job of index.expire(now)) slots.leave(job)
    },
    put: (job: FakeJob) => {
      const replaced = index.findById(job.id)
      if (replaced !== undefined) slots.leave(replaced)
      index.add(job)
    },
    clear: () => {
      index.clear()
      slots.clear()
    }
  }
}

export const makeJobs = (
  defaults: Options,
  settings: Settings = initialSettings(defaults),
  chance: Chance = makeChance(defaults.seed)
): Jobs => {
  const { clear, index, names, put, settle, slots } = makeStore(defaults)

  const settled =
    <A>(look: () => A) =>
    (now: number): A => {
      settle(now)
      return look()
    }

  return {
    at: (time) => time + settings.advancedBy,
    find: (id, now) => settled(() => index.findById(id))(now),
    findByFile: (file, now) => {
      settle(now)
      const job = index.findByFile(file)
      return job !== undefined && status(job, now) === "DONE" ? job : undefined
    },
    known: settled(index.all),
    count: settled(index.count),
    stored: settled(index.stored),
    hasFreeSlot: (kind, now) => settled(() => slots.of(kind).hasFree())(now),
    add: (options, now, random) => {
      settle(now)
      const drawn = chance.of("jobs", random)
      const { timeScale } = settings
      const ended = { ...options, outcome: options.outcome ?? drawOutcome(settings, chance, random) }
      const made = makeJob(options.id ?? names.freeId(drawn), ended, { ...defaults, timeScale }, now, drawn)
      const job = { ...made, file: names.freeFile(made.file) }
      put(job)
      slots.of(job.kind).enter(job)
      return job
    },
    end: (job, outcome, now) => {
      settle(now)
      if (job.endsAt <= now) return
      slots.leave(job)
      job.outcome = outcome
      job.startsAt = Math.min(job.startsAt, now)
      job.endsAt = now
    },
    accelerate: (factor, now) => {
      settle(now)
      for (const kind of slots.all()) kind.change((job) => hurry(job, factor, now))
    },
    replaceAll: (jobs, now) => {
      clear()
      for (const job of jobs) {
        put(job)
        if (now < job.endsAt && now < job.expiresAt) slots.of(job.kind).enter(job)
      }
      settle(now)
    },
    clear
  }
}
