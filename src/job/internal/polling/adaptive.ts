/**
 * A schedule that learns. Each wait tells the learner of its kind what it has seen, and asks it for the next pause. How
 * old a job is, the ticket says or the queue: a job begins to run between the last look that found it waiting and the
 * first that did not.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Job from "../../Job.ts"
import { CurrentTicket } from "./currentTicket.ts"
import * as hazard from "./hazard.ts"

/** What is known of the kinds, by their names. */
export type Sketches = Map<string, hazard.Sketch>

/** How a schedule that learns polls. */
export interface Settings {
  readonly sketches: Sketches
  readonly aim: hazard.Aim
  /** The schedule for jobs of which too little is known. */
  readonly unknown: Schedule.Schedule<unknown, Job.Job>
}

// Waits that begin together come apart with their first pause, as those of the default schedule do.
const firstSpread = Random.nextBetween(0.9, 1)

/** The jobs of one kind: a sketch, and the plan that follows from it, made anew when a job has ended. */
const makeLearner = (sketch: hazard.Sketch, aim: hazard.Aim) => {
  let plan = hazard.planOf(sketch, aim)
  return {
    plan: () => plan,
    survived: (from: number, to: number) => hazard.survived(sketch, from, to),
    ended: (from: number, to: number) => {
      hazard.ended(sketch, from, to)
      plan = hazard.planOf(sketch, aim)
    }
  }
}

type Learner = ReturnType<typeof makeLearner>

/** Follows one job, and says how old it is. Times are in milliseconds. */
const makeFollowed = (submittedAt: number | undefined) => {
  let startedAt = submittedAt
  let waitedAt: number | undefined
  let lastAge: number | undefined
  return (learner: Learner, now: number, job: Job.Job): number | undefined => {
    if (job._tag === "Waiting") {
      waitedAt = now
      return 0
    }
    if (waitedAt !== undefined) {
      startedAt = Job.isEnded(job) ? waitedAt : (waitedAt + now) / 2
      lastAge = 0
      waitedAt = undefined
    }
    if (startedAt === undefined) return undefined
    const age = Math.max(0, now - startedAt)
    if (lastAge !== undefined) learner[Job.isEnded(job) ? "ended" : "survived"](lastAge, age)
    lastAge = age
    return age
  }
}

/** A schedule for waits of any kind. What they see goes into the sketches. */
export const make = ({ aim, sketches, unknown }: Settings): Schedule.Schedule<unknown, Job.Job> => {
  const learners = new Map<string, Learner>()

  // Made after the first look at a job of the kind, which no name that is unknown comes to.
  const learnerOf = (kind: string) => {
    const sketch = sketches.get(kind) ?? hazard.make()
    const learner = learners.get(kind) ?? makeLearner(sketch, aim)
    sketches.set(kind, sketch)
    learners.set(kind, learner)
    return learner
  }

  return Schedule.fromStep(
    Effect.gen(function* () {
      const ticket = yield* CurrentTicket
      const step = yield* Schedule.toStep(unknown)
      if (ticket === undefined) return step
      const { kind, submittedAt } = ticket
      const follow = makeFollowed(submittedAt && DateTime.toEpochMillis(submittedAt))
      let spread: number | undefined = yield* firstSpread
      return (now: number, job: Job.Job) =>
        Effect.map(step(now, job), ([output, pause]): [unknown, Duration.Duration] => {
          const learner = learnerOf(kind)
          const age = follow(learner, now, job)
          const plan = learner.plan()
          if (age === undefined || plan === undefined) return [output, pause]
          const planned = hazard.pauseAt(plan, age, spread)
          spread = undefined
          return [output, Duration.millis(planned)]
        })
    })
  )
}
