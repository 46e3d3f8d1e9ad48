/** A test of your application: the fake in place of the service, and a job of three minutes in no time. */
import { strict as assert } from "node:assert"
import { Effect, Fiber, Layer } from "effect"
import { Fake, GenerateJob, JobKind } from "effect-hunyuan3d"
import { TestClock } from "effect/testing"

/** The application. It knows nothing of the fake. */
const makeTeapot = GenerateJob.GenerateJob.use((jobs) => jobs.generate(JobKind.Pro, { Prompt: "a teapot" })).pipe(
  Effect.map((done) => done.files.length > 0),
  Effect.catchTag("JobFailed", () => Effect.succeed(false))
)

const Test = Layer.merge(
  GenerateJob.layer.pipe(Layer.provideMerge(Fake.layer({ run: "3 minutes" }))),
  TestClock.layer()
)

const succeeds = Effect.gen(function* () {
  const running = yield* Effect.forkChild(makeTeapot)
  yield* TestClock.adjust("5 minutes")
  assert.equal(yield* Fiber.join(running), true)
})

const fails = Effect.gen(function* () {
  const fake = yield* Fake.Fake
  yield* fake.failing({ code: "FailedOperation.InnerError", message: "no mesh" })
  const running = yield* Effect.forkChild(makeTeapot)
  yield* TestClock.adjust("5 minutes")
  assert.equal(yield* Fiber.join(running), false)
})

await Effect.runPromise(Effect.provide(succeeds, Test))
await Effect.runPromise(Effect.provide(fails, Test))
console.log("Two jobs of three minutes, tested.")
