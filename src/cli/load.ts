/** What only some commands need: loaded when a command uses it, so that the others start sooner. */
import * as Effect from "effect/Effect"

export const loadFake = Effect.promise(() => import("../testing/Fake.ts"))

export const loadHttpServer = Effect.promise(() => import("effect/http/HttpServer"))

export const loadOtlp = Effect.promise(() => import("./otlp.ts"))

export const loadReplay = Effect.promise(() => import("../testing/Replay.ts"))

export const loadResultFiles = Effect.promise(() => import("../files/ResultFiles.ts"))
