/** What the tests of the journal's stores share. */
import { Context, Effect, Layer, References, type Scope } from "effect"
import * as fc from "fast-check"
import type * as ApiError from "../../../../src/cloud/ApiError.ts"
import * as Job from "../../../../src/job/Job.ts"
import * as JobKind from "../../../../src/job/JobKind.ts"
import * as Journal from "../../../../src/job/Journal.ts"
import type { Life } from "../../../support/memoryDisk.ts"

export const id = Job.JobId.make("1375367755519696896")
export const ticket = new Job.JobTicket({ jobId: id, kind: "Pro", region: "ap-singapore" })

export const submission = (operation: string) => ({
  operation,
  kind: JobKind.Pro,
  request: { Prompt: "a teapot" },
  region: "ap-singapore",
  endpoint: "hunyuan.intl.tencentcloudapi.com"
})

export const submit = (operation: string, send: Effect.Effect<Job.JobTicket, ApiError.ApiError>) =>
  Journal.Journal.use((journal) => journal.submit(submission(operation), send))

export const list = Journal.Journal.use((journal) => journal.list)

export const build = (
  layer: Layer.Layer<Journal.Journal>
): Effect.Effect<Journal.Journal["Service"], never, Scope.Scope> =>
  Effect.map(Layer.build(layer), (context) => Context.get(context, Journal.Journal))

const life = (mortal: boolean): fc.Arbitrary<Life> =>
  fc.record({
    yields: fc.array(fc.nat(4), { minLength: 1, maxLength: 12 }),
    diesAt: mortal ? fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }) : fc.constant(undefined)
  })

/** Processes at the same time, each with a life and the operations that it submits. */
export const processes = ({ mortal }: { readonly mortal: boolean }) =>
  fc.array(
    fc.record({
      life: life(mortal),
      operations: fc.uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 2 })
    }),
    { minLength: 2, maxLength: 4 }
  )

/** Runs processes over one store, and tells what was sent and which tickets were given. */
export const race = Effect.fnUntraced(
  function* (
    all: ReadonlyArray<{ readonly life: Life; readonly operations: ReadonlyArray<string> }>,
    layer: (life: Life) => Layer.Layer<Journal.Journal>
  ) {
    const sent: Array<string> = []
    const given: Array<readonly [operation: string, jobId: string]> = []
    yield* Effect.forEach(
      all,
      ({ life, operations }) =>
        Effect.gen(function* () {
          const journal = yield* build(layer(life))
          for (const operation of operations) {
            const send = Effect.gen(function* () {
              sent.push(operation)
              const jobId = Job.JobId.make(String(10 ** 10 + sent.length))
              yield* Effect.yieldNow
              return new Job.JobTicket({ jobId, kind: "Pro", region: "ap-singapore" })
            })
            const exit = yield* Effect.exit(journal.submit(submission(operation), send))
            if (exit._tag === "Failure") continue
            const { jobId } = exit.value
            given.push([operation, jobId])
            yield* Effect.ignore(journal.ended(new Job.Done({ id: jobId })))
            yield* Effect.ignore(journal.downloaded(jobId, [`/models/${operation}.glb`]))
          }
        }),
      { concurrency: "unbounded" }
    )
    return { sent, given }
    // What dead processes would say.
  },
  Effect.provideService(References.MinimumLogLevel, "None")
)
