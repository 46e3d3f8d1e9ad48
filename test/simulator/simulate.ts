/** Runs one seed: its world, the processes in it, and the audit at the end. */
import { Cause, Clock, Deferred, Effect, Exit, Fiber, Random } from "effect"
import { audit } from "./audit.ts"
import { work } from "./caller.ts"
import type { Law } from "./laws.ts"
import * as lives from "./life.ts"
import { type LifePlan, plan as drawPlan } from "./plan.ts"
import { type Mutation, provided } from "./program.ts"
import * as virtualTime from "./virtualTime.ts"
import { make as makeWorld, type World } from "./world.ts"

export interface Report {
  readonly seed: number
  /** What happened, one line each. */
  readonly events: ReadonlyArray<string>
  readonly broken: ReadonlyArray<{ readonly law: Law; readonly what: string }>
}

// More than any process needs.
const mostTime = "3 days"

/** One process, until it has ended or died. */
const live = Effect.fnUntraced(function* (world: World, name: string, { diesAt, skew }: LifePlan, mutation: Mutation) {
  const life = lives.make(name, { diesAt, skew })
  world.tell(`${name} begins${skew === 0 ? "" : `, its clock ${skew} ms ahead`}`)
  const orders = world.draw.some(world.plan.orders, 0.8)
  // A fiber of its own, which nobody interrupts when the process dies.
  const fiber = yield* Effect.forkDetach(provided(world, life, mutation, work(world, life, orders)))
  yield* Effect.raceFirst(Fiber.await(fiber), Deferred.await(life.died)).pipe(Effect.timeoutOption(mostTime))
  for (const call of world.calls) {
    if (call.life !== life) continue
    if (!life.isDead) world.breaks("no wait hangs", `${call.name} never ended`)
    world.calls.delete(call)
  }
  world.tell(life.isDead ? `${name} dies in step ${life.steps}` : `${name} ends`)
  if (life.isDead) return
  yield* Effect.sleep("1 milli")
  const { fibers, handles, timers } = life
  if (fibers + handles + timers > 0) {
    world.breaks("nothing is left running", `${name} left ${fibers} fibers, ${timers} timers and ${handles} open files`)
  }
})

const line = Effect.fnUntraced(function* (
  world: World,
  nth: number,
  plans: ReadonlyArray<LifePlan>,
  mutation: Mutation
) {
  for (const [index, plan] of plans.entries()) {
    yield* live(world, `${"AB"[nth]}${index + 1}`, plan, mutation)
    yield* Effect.sleep(plan.pause)
  }
})

const run = Effect.fnUntraced(function* (time: virtualTime.VirtualTime, mutation: Mutation) {
  const { plan: change = (drawn) => drawn } = mutation
  const plan = change(yield* drawPlan)
  const world = yield* makeWorld(time, plan)
  yield* Effect.forEach(plan.lines, (plans, nth) => line(world, nth, plans, mutation), { concurrency: "unbounded" })
  yield* audit(world, mutation)
  return world
})

/** Runs a seed. The same seed gives the same report. */
export const simulate = (seed: number, mutation: Mutation = {}): Report => {
  const time = virtualTime.make()
  const simulator = lives.make("the simulator")
  const exit = time.run(
    run(time, mutation).pipe(
      Effect.scoped,
      Effect.provideService(Clock.Clock, time.clockOf(simulator)),
      Random.withSeed(seed)
    )
  )
  if (Exit.isSuccess(exit)) return { seed, events: exit.value.events, broken: exit.value.broken }
  throw new Error(`Seed ${seed} breaks the simulator itself: ${Cause.pretty(exit.cause)}\n${replay(seed)}`)
}

const replay = (seed: number) => `To replay: npm run simulate -- --seed ${seed}`

/** What to print of a seed that broke a law. */
export const describe = ({ broken, events, seed }: Report): string =>
  [
    ...broken.map(({ law, what }) => `Seed ${seed} breaks "${law}": ${what}`),
    "What happened:",
    ...events.map((event) => `  ${event}`),
    replay(seed)
  ].join("\n")
