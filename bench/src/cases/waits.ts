/**
 * 10 000 waits at 20 looks a second, over undici to a server on loopback: how long they take to start, for how long the
 * event loop does nothing else, what share of a core they take, and how long it takes to interrupt them.
 *
 * The peer is Effect alone: a fiber each, with its limiter, its client, a schedule and a deadline. Each run is a process
 * of its own, with all the code still to be compiled, as in a worker that takes its jobs up again after a restart.
 */
import * as Effect from "effect/Effect"
import { child } from "../child.ts"
import { compare, type Form } from "../measure.ts"
import { serve } from "../server.ts"

export const waits = {
  name: "waits",
  run: Effect.fnUntraced(function* (form: Form) {
    const host = yield* serve
    const run = yield* child("waits")
    const count = { short: 1000, full: 10_000 }[form]
    const seconds = { short: 2, full: 10 }[form]
    // The short form looks more often, since so few looks would tell little. The goals are for the full one.
    const looks = { short: 200, full: 20 }[form]
    const goal = (bound: number) => (form === "full" ? bound : undefined)
    return yield* compare(form, {
      title: `${count} waits`,
      rounds: { short: 7, full: 5 },
      ours: run("ours", count, looks, seconds, host),
      peers: { "Effect's fibers": run("effect", count, looks, seconds, host) },
      metrics: {
        start: { name: "start", unit: "ms", form: "full", goal: 1500 },
        startCpu: { name: "start, CPU", unit: "ms" },
        stall: { name: "longest stall", unit: "ms", goal: goal(100) },
        share: { name: `share of a core at ${looks} looks a second`, unit: "%", goal: goal(4) },
        interrupt: { name: "interrupt all", unit: "ms", form: "full", goal: 500 },
        interruptCpu: { name: "interrupt all, CPU", unit: "ms" },
        heap: { name: "heap of one", unit: "kB" }
      }
    })
  })
}

/**
 * How the cost of one wait grows with their number, up to 100 000 in the heap that Node gives a process by default: each
 * number of waits beside a tenth of it. The ratio is 1 where cost grows in proportion; it is less where what loading and
 * compiling take counts.
 */
export const growth = {
  name: "growth",
  run: Effect.fnUntraced(function* (form: Form) {
    const host = yield* serve
    const run = yield* child("waits")
    const seconds = { short: 1, full: 20 }[form]
    const of = (who: string, count: number) => run(who, count, 20, seconds, host)
    const lines = yield* Effect.forEach({ short: [8000], full: [10_000, 100_000] }[form], (count) => {
      const fewer = count / { short: 4, full: 10 }[form]
      const goals = form === "full" ? { [`among ${fewer}`]: 1.5 } : {}
      return compare(form, {
        title: `one of ${count} waits`,
        rounds: { short: 3, full: 1 },
        ours: of("ours", count),
        peers: { [`among ${fewer}`]: of("ours", fewer), "Effect's fibers": of("effect", count) },
        metrics: {
          start: { name: "start of all", unit: "ms", form: "full" },
          startOfOne: { name: "start, CPU", unit: "ms", goals },
          stall: { name: "longest stall", unit: "ms", form: "full" },
          look: { name: "a look, CPU", unit: "ms", form: "full", goals },
          interrupt: { name: "interrupt all", unit: "ms", form: "full" },
          interruptOfOne: { name: "interrupt, CPU", unit: "ms", goals },
          heap: { name: "heap", unit: "kB", goals }
        }
      })
    })
    return lines.flat()
  })
}
