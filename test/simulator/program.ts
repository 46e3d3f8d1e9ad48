/** The library as a simulated process has it: all layers anew, over the disk and the network of the world. */
import { inspect } from "node:util"
import { Cause, Clock, Effect, type Exit, Layer, Logger, References, Schedule, Tracer } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import * as Signer from "../../src/cloud/Signer.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import * as JobApi from "../../src/job/JobApi.ts"
import * as Journal from "../../src/job/Journal.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as SubmitJob from "../../src/job/SubmitJob.ts"
import * as TaskSlots from "../../src/job/TaskSlots.ts"
import { counted, type Life } from "./life.ts"
import type { Plan } from "./plan.ts"
import type { World } from "./world.ts"

/** A part of the library in a broken form, which shows that a law can fail. */
export interface Mutation {
  readonly journal?: (journal: Journal.Journal["Service"]) => Journal.Journal["Service"]
  readonly queries?: (queries: QueryJob.QueryJob["Service"]) => QueryJob.QueryJob["Service"]
  readonly limiter?: Layer.Layer<RateLimit.RateLimit>
  /** What the seed has drawn, changed so that the broken part matters. */
  readonly plan?: (plan: Plan) => Plan
}

/** Where the journal is, and the files. */
export const places = { journal: "/journal", files: "/models" }

// Each time that a submission is sent again is one more entry, and a few show all that there is to see.
const slots = TaskSlots.layer({
  retry: Schedule.spaced("20 seconds").pipe(Schedule.jittered, Schedule.upTo({ times: 3 }))
})

/** All that the service allows, shared by the processes that run at the same time. */
const limiterOf = ({ plan }: World) => RateLimit.layer({ limit: Math.floor(20 / plan.lines.length) })

const jobsOf = (world: World, { journal = (it) => it, limiter = limiterOf(world), queries = (it) => it }: Mutation) => {
  const Queries = Layer.effect(QueryJob.QueryJob, Effect.map(QueryJob.QueryJob, queries)).pipe(
    Layer.provide(QueryJob.layerNoDeps)
  )
  const Kept = Layer.effect(Journal.Journal, Effect.map(Journal.Journal, journal)).pipe(
    Layer.provide(Journal.layerDirectory(places.journal))
  )
  return GenerateJob.layerNoDeps.pipe(
    Layer.provideMerge(Layer.merge(SubmitJob.layerNoDeps.pipe(Layer.provide(slots)), Queries)),
    Layer.provide(JobApi.layer),
    Layer.provide(TencentCloud.layerNoDeps),
    Layer.provide([limiter, Signer.layer]),
    Layer.provideMerge(Kept)
  )
}

/** A tracer that looks for secrets in what a tracer would store. */
const tracerOf = (world: World) => {
  class Span extends Tracer.NativeSpan {
    override end(endTime: bigint, exit: Exit.Exit<unknown, unknown>) {
      super.end(endTime, exit)
      world.check(`the span ${this.name}`, inspect([this.attributes, this.events, exit], { depth: 10 }))
    }
  }
  return Tracer.make({ span: (options) => new Span(options) })
}

const loggerOf = (world: World, life: Life) =>
  Logger.make(({ cause, logLevel, message }) => {
    if (life.isDead) return
    const text = `${inspect(message, { depth: 10 })}${cause.reasons.length === 0 ? "" : Cause.pretty(cause)}`
    world.check("the log", text)
    if (logLevel === "Error" || logLevel === "Fatal") world.tell(`${life.name} logs: ${text}`)
  })

/** Runs what a process does, with all of the library, until it ends or the process dies. */
export const provided = <A, E>(
  world: World,
  life: Life,
  mutation: Mutation,
  self: Effect.Effect<
    A,
    E,
    | GenerateJob.GenerateJob
    | SubmitJob.SubmitJob
    | QueryJob.QueryJob
    | Journal.Journal
    | HttpClient.HttpClient
    | Layer.Success<ReturnType<World["disk"]["layer"]>>
  >
) => {
  const { disk, draw, plan, time } = world
  return self.pipe(
    Effect.provide(jobsOf(world, mutation)),
    Effect.provide([
      disk.layer(life, {
        isFull: () => !life.isHealthy && draw.chance(plan.fullRate),
        isSlow: () => draw.chance(0.5)
      }),
      Layer.succeed(HttpClient.HttpClient, world.networkOf(life)),
      Layer.succeed(Credentials.Credentials, world.credentialsOf(life)),
      Logger.layer([loggerOf(world, life)])
    ]),
    Effect.provideService(References.MinimumLogLevel, "All"),
    Effect.provideService(Clock.Clock, time.clockOf(life)),
    plan.isTraced ? Effect.provideService(Tracer.Tracer, tracerOf(world)) : (it) => it,
    counted(life)
  )
}
