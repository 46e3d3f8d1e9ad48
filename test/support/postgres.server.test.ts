import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { hasPostgres, startPostgres } from "./postgres.ts"
import { accepts } from "./processes.ts"

describe.skipIf(!hasPostgres)("startPostgres", () => {
  it.live("the server accepts connections, and is gone with its scope", () =>
    Effect.gen(function* () {
      const port = yield* Effect.scoped(
        Effect.gen(function* () {
          const { port } = yield* startPostgres
          assert.isTrue(yield* accepts(port))
          return port
        })
      )
      assert.isFalse(yield* accepts(port))
    })
  )
})
