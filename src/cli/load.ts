/** What only some commands need: loaded when a command uses it, so that the others start sooner. */
import * as Effect from "effect/Effect"

export const loadCompare = Effect.promise(() => import("./compare.ts"))

export const loadFake = Effect.promise(() => import("../testing/Fake.ts"))

export const loadHttpServer = Effect.promise(() => import("effect/http/HttpServer"))

export const loadReplay = Effect.promise(() => import("../testing/Replay.ts"))

export const loadResultFiles = Effect.promise(() => import("../files/ResultFiles.ts"))
