/** What only some commands need: loaded when a command uses it, so that the others start sooner. */
import * as Effect from "effect/Effect"

/** Once it is loaded, it is there at once. */
const once = <A extends object>(load: () => Promise<A>): Effect.Effect<A> => {
  let loaded: A | undefined
  return Effect.suspend(() =>
    loaded === undefined ? Effect.map(Effect.promise(load), (module) => (loaded = module)) : Effect.succeed(loaded)
  )
}

export const loadBatch = once(() => import("./batch/command.ts"))

export const loadCompare = Effect.promise(() => import("./compare.ts"))

export const loadCredentials = once(() => import("../cloud/Credentials.ts"))

export const loadDoctor = Effect.promise(() => import("./doctor/examine.ts"))

export const loadFake = Effect.promise(() => import("../testing/Fake.ts"))

export const loadMetricsPage = Effect.promise(() => import("./metricsPage.ts"))

export const loadOtlp = Effect.promise(() => import("./otlp.ts"))

export const loadReplay = Effect.promise(() => import("../testing/Replay.ts"))

export const loadResultFiles = Effect.promise(() => import("../files/ResultFiles.ts"))

export const loadWorkbench = Effect.promise(() => import("./workbench/run.ts"))

export const loadServing = Effect.promise(() => import("./serve/serving.ts"))
