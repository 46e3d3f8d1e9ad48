/** The contract of a journal, which each of its stores must keep. */
import { assert, it } from "@effect/vitest"
import { DateTime, Deferred, Effect, Exit, Fiber, Option, type Scope } from "effect"
import { TestClock } from "effect/testing"
import * as ApiError from "../../src/cloud/ApiError.ts"
import * as SignedLink from "../../src/cloud/SignedLink.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Journal from "../../src/job/Journal.ts"
import { done, failed, id, passing } from "../support/jobs.ts"

const request = { Prompt: "a teapot" }
const submission = {
  operation: "order-17",
  kind: JobKind.Pro,
  request,
  region: "ap-singapore",
  endpoint: "hunyuan.intl.tencentcloudapi.com"
}

const ticketOf = (jobId: string = id) =>
  new Job.JobTicket({ jobId: Job.JobId.make(jobId), kind: "Pro", region: "ap-singapore" })

/** A submission that goes well, and how often it was sent. */
const sending = (jobId: string = id) => {
  let sent = 0
  const send = Effect.sync(() => {
    sent += 1
    return ticketOf(jobId)
  })
  return { send, sent: () => sent }
}

const submit = (
  send: Effect.Effect<Job.JobTicket, ApiError.ApiError>,
  changed: Partial<Journal.Submission<typeof JobKind.ProRequest>> = {}
) => Journal.Journal.use((journal) => journal.submit({ ...submission, ...changed }, send))

const list = Journal.Journal.use((journal) => journal.list)
const find = (id: string) =>
  Effect.map(
    Journal.Journal.use((journal) => journal.find(id)),
    Option.getOrThrow
  )

const refusedBy = (reason: ApiError.Reason, requestId?: string) =>
  new ApiError.ApiError({ action: "SubmitHunyuanTo3DProJob", region: "ap-singapore", requestId, reason })
const full = refusedBy(
  new ApiError.TaskSlotsFull({ code: "RequestLimitExceeded.JobNumExceed", description: "full" }),
  "e7c1"
)

/** Two lives of a process, or two processes, over the same journal. */
export type Lives = Effect.Effect<Effect.Effect<Journal.Journal["Service"]>, never, Scope.Scope>

/** What a journal does, wherever it keeps its entries. */
export const contract = (lives: Lives) => {
  /** Runs each program in a process of its own. */
  const inTurn = Effect.fnUntraced(function* (
    ...programs: ReadonlyArray<Effect.Effect<unknown, unknown, Journal.Journal>>
  ) {
    const life = yield* lives
    for (const program of programs) yield* Effect.provideService(program, Journal.Journal, yield* life)
  })

  it.effect("gives the recorded ticket for the same operation and request, and sends nothing", () => {
    const { send, sent } = sending()
    const other = Effect.die(new Error("sent twice"))
    return inTurn(
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* submit(send), ticketOf())
        assert.deepStrictEqual(yield* submit(other), ticketOf())
      }),
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* submit(other), ticketOf())
        assert.strictEqual(sent(), 1)
      })
    )
  })

  it.effect("has the entry before the request leaves", () =>
    inTurn(
      Effect.gen(function* () {
        const journal = yield* Journal.Journal
        const send = Effect.gen(function* () {
          const { entries } = yield* Effect.orDie(journal.list)
          assert.deepStrictEqual(
            entries.map(({ operation, outcome }) => [operation, outcome._tag]),
            [["order-17", "Sending"]]
          )
          return ticketOf()
        })
        yield* submit(send)
        assert.strictEqual((yield* find("order-17")).outcome._tag, "Accepted")
      })
    )
  )

  it.effect("names the fields in which another request of the same operation differs", () =>
    inTurn(
      submit(sending().send),
      Effect.gen(function* () {
        const { send, sent } = sending()
        const changes: ReadonlyArray<readonly [Parameters<typeof submit>[1], ReadonlyArray<string>]> = [
          [{ request: { Prompt: "a cup" } }, ["Prompt"]],
          [{ request: { ImageUrl: "https://host/a.png", FaceCount: 40_000 } }, ["Prompt", "ImageUrl", "FaceCount"]],
          [{ region: "eu-frankfurt" }, ["region"]],
          [{ endpoint: "127.0.0.1:8080" }, ["endpoint"]],
          [{ kind: { ...JobKind.Pro, name: "Sculpture" } }, ["kind"]]
        ]
        for (const [changed, fields] of changes) {
          const error = yield* Effect.flip(submit(send, { ...changed, again: true }))
          if (error._tag !== "OperationConflict") return assert.fail(error.message)
          assert.deepStrictEqual([...error.fields].toSorted(), [...fields].toSorted())
          assert.strictEqual(error.entry.ticket?.jobId, id)
        }
        assert.strictEqual(sent(), 0)
      })
    )
  )

  it.effect("lets a refused operation be submitted again, and lists it once", () =>
    inTurn(
      Effect.gen(function* () {
        assert.strictEqual(yield* Effect.flip(submit(Effect.fail(full))), full)
        const { outcome } = yield* find("order-17")
        if (outcome._tag !== "Refused") return assert.fail(outcome._tag)
        assert.strictEqual(outcome.code, "RequestLimitExceeded.JobNumExceed")
        assert.strictEqual(outcome.requestId, "e7c1")
      }),
      Effect.gen(function* () {
        yield* Effect.flip(submit(Effect.fail(full)))
        yield* submit(sending().send)
        assert.deepStrictEqual(
          (yield* list).entries.map(({ attempt, outcome }) => [attempt, outcome._tag]),
          [[3, "Accepted"]]
        )
      })
    )
  )

  it.effect("refuses an operation without a clear answer until it is told to submit again", () =>
    inTurn(
      Effect.gen(function* () {
        assert.strictEqual(yield* Effect.flip(submit(Effect.fail(passing))), passing)
      }),
      Effect.gen(function* () {
        const { send, sent } = sending()
        const error = yield* Effect.flip(submit(send))
        if (error._tag !== "SubmissionUnknown") return assert.fail(error.message)
        assert.match(error.message, /without a clear answer \(Client\.Timeout\)\. Its job may exist and be paid for/)
        assert.strictEqual(sent(), 0)
        assert.strictEqual((yield* submit(send, { again: true })).jobId, id)
        assert.strictEqual((yield* submit(send, { again: true })).jobId, id)
        assert.strictEqual(sent(), 1)
        assert.deepStrictEqual((yield* list).entries.map(({ outcome }) => outcome._tag).toSorted(), [
          "Accepted",
          "Unknown"
        ])
      })
    )
  )

  it.effect("does not take a refusal for the answer to an attempt before it that is unknown", () =>
    inTurn(
      Effect.flip(submit(Effect.fail(passing))),
      Effect.flip(submit(Effect.fail(full), { again: true })),
      Effect.gen(function* () {
        const { send, sent } = sending()
        const error = yield* Effect.flip(submit(send))
        assert.deepStrictEqual([error._tag, sent()], ["SubmissionUnknown", 0])
        assert.strictEqual((yield* submit(send, { again: true })).jobId, id)
      })
    )
  )

  it.effect("keeps the id that an answer without a clear outcome named, and says to wait for it", () =>
    inTurn(
      Effect.flip(
        submit(
          Effect.fail(
            refusedBy(new ApiError.MalformedResponse({ status: 200, description: "it is not JSON", receipt: id }))
          )
        )
      ),
      Effect.gen(function* () {
        const error = yield* Effect.flip(submit(sending().send))
        assert.include(error.message, `The answer named job ${id}, which is paid for: wait for that.`)
      })
    )
  )

  it.effect("takes a submission without an outcome for unknown after two minutes, and not before", () => {
    const { send, sent } = sending()
    return inTurn(
      // Its outcome is lost, as when the process is killed.
      Effect.gen(function* () {
        const journal = yield* Journal.Journal
        yield* Effect.forkDetach(journal.submit(submission, Effect.never), { startImmediately: true })
        yield* TestClock.adjust("1 minute")
      }),
      Effect.gen(function* () {
        while ((yield* list).entries.length === 0) yield* Effect.yieldNow
        const early = yield* Effect.flip(submit(send, { again: true }))
        assert.match(early.message, /is being submitted since 1970-01-01T00:00:00.000Z. Try again in 2m/)
        yield* TestClock.adjust("2 minutes")
        const { outcome } = yield* find("order-17")
        if (outcome._tag !== "Unknown") return assert.fail(outcome._tag)
        assert.strictEqual(outcome.code, "Client.NoOutcome")
        assert.strictEqual((yield* Effect.flip(submit(send)))._tag, "SubmissionUnknown")
        yield* submit(send, { again: true })
        assert.strictEqual(sent(), 1)
      })
    )
  })

  it.effect("takes a submission without an outcome for unknown when the clock has been set back since", () => {
    const { send, sent } = sending()
    return inTurn(
      Effect.gen(function* () {
        yield* TestClock.setTime(3 * 3_600_000)
        const journal = yield* Journal.Journal
        yield* Effect.forkDetach(journal.submit(submission, Effect.never), { startImmediately: true })
        while ((yield* list).entries.length === 0) yield* Effect.yieldNow
      }),
      Effect.gen(function* () {
        yield* TestClock.setTime(0)
        assert.strictEqual((yield* find("order-17")).outcome._tag, "Unknown")
        yield* submit(send, { again: true })
        assert.strictEqual(sent(), 1)
      })
    )
  })

  it.effect("records a defect as unknown, and an interruption, which comes before it is sent, as refused", () =>
    inTurn(
      Effect.gen(function* () {
        yield* Effect.exit(submit(Effect.interrupt, { operation: "a" }))
        const died = yield* Effect.exit(submit(Effect.die("a bug"), { operation: "b" }))
        assert.isTrue(Exit.hasDies(died))
        for (const [operation, tag, code] of [
          ["a", "Refused", "Client.Interrupted"],
          ["b", "Unknown", "Client.Defect"]
        ] as const) {
          const { outcome } = yield* find(operation)
          if (outcome._tag !== tag) return assert.fail(outcome._tag)
          assert.strictEqual(outcome.code, code)
        }
      })
    )
  )

  it.effect("does not let go of a submission that is under way, and records its ticket", () =>
    inTurn(
      Effect.gen(function* () {
        const left = yield* Deferred.make<void>()
        const answer = yield* Deferred.make<Job.JobTicket>()
        const send = Effect.andThen(Deferred.succeed(left, undefined), Deferred.await(answer))
        const fiber = yield* Effect.forkChild(submit(send))
        yield* Deferred.await(left)
        const stopping = yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
        yield* Deferred.succeed(answer, ticketOf())
        yield* Fiber.join(stopping)
        assert.strictEqual((yield* find("order-17")).ticket?.jobId, id)
      })
    )
  )

  it.effect("keeps this library's words about an unknown outcome, and not the service's", () =>
    inTurn(
      Effect.gen(function* () {
        const odd = new ApiError.Other({
          code: "Client.UnknownJobId",
          description: "its id is of an unknown form: x-1"
        })
        const said = new ApiError.Other({ code: "SomethingNew", description: "a teapot is no word" })
        yield* Effect.flip(submit(Effect.fail(refusedBy(odd)), { operation: "a" }))
        yield* Effect.flip(submit(Effect.fail(refusedBy(said)), { operation: "b" }))
        const outcomes = (yield* list).entries.map(({ outcome }) => (outcome._tag === "Unknown" ? outcome : undefined))
        assert.sameMembers(
          outcomes.map((outcome) => outcome?.description),
          ["its id is of an unknown form: x-1", undefined]
        )
      })
    )
  )

  it.effect("adds how a job ended and where its files are, in any process", () =>
    inTurn(
      submit(sending().send),
      Journal.Journal.use((journal) => journal.ended(done)),
      Journal.Journal.use((journal) => journal.downloaded(id, ["/models/a.glb"])),
      Effect.gen(function* () {
        const byJob = yield* find(id)
        assert.deepStrictEqual(byJob, yield* find("order-17"))
        assert.strictEqual(byJob.ended?.status, "DONE")
        assert.deepStrictEqual(byJob.files?.paths, ["/models/a.glb"])
        assert.strictEqual(byJob.ticket?.jobId, id)
      })
    )
  )

  it.effect("says why a job failed, and when the first link of one that is done expires", () =>
    inTurn(
      submit(sending().send),
      Effect.gen(function* () {
        const { ended } = yield* Journal.Journal
        yield* ended(failed)
        assert.strictEqual((yield* find(id)).ended?.code, "FailedOperation.ServerError")
        const link = (end: number) =>
          SignedLink.make(`https://host/a.glb?q-sign-time=1775554903%3B${end}&q-signature=s`)
        const files = [1_775_641_302, 1_775_641_301].map((end) => new Job.File3D({ type: "GLB", url: link(end) }))
        yield* ended(new Job.Done({ id, files }))
        const entry = yield* find(id)
        assert.isUndefined(entry.ended?.code)
        assert.strictEqual(
          entry.ended?.linksExpireAt && DateTime.formatIso(entry.ended.linksExpireAt),
          "2026-04-08T09:41:41.000Z"
        )
      })
    )
  )

  it.effect("has what a job costs by the estimate, and what it did cost when the service said so", () =>
    inTurn(
      submit(sending().send, { request: { Prompt: "a teapot", FaceCount: 500_000 } }),
      Journal.Journal.use((journal) =>
        journal.ended(new Job.Done({ id, credits: { consumed: 20, details: { Normal: 20 } } }))
      ),
      Effect.gen(function* () {
        const { ended, estimate } = yield* find(id)
        assert.deepStrictEqual(estimate, { low: 25, high: 35 })
        assert.strictEqual(ended?.credits, 20)
      })
    )
  )

  it.effect("keeps the time at which the end of a job was seen first", () =>
    inTurn(
      submit(sending().send),
      Effect.gen(function* () {
        const { ended } = yield* Journal.Journal
        yield* ended(done)
        const first = yield* find(id)
        yield* TestClock.adjust("1 hour")
        yield* ended(done)
        assert.deepStrictEqual(yield* find(id), first)
      })
    )
  )

  it.effect("leaves out what became of a job that it does not know, or that was forgotten", () =>
    inTurn(
      Effect.gen(function* () {
        const { downloaded, ended, forget } = yield* Journal.Journal
        yield* ended(done)
        yield* submit(sending().send)
        assert.isTrue(yield* forget(id))
        assert.isFalse(yield* forget("order-17"))
        yield* ended(done)
        yield* downloaded(id, ["/a.glb"])
        assert.deepStrictEqual(yield* list, { entries: [], unreadable: [] })
      })
    )
  )

  it.effect("forgets all attempts of an operation, and no other operation", () =>
    inTurn(
      Effect.flip(submit(Effect.fail(full))),
      submit(sending().send),
      submit(sending("1375367755519696897").send, { operation: "order-17.2" }),
      Effect.gen(function* () {
        assert.isTrue(yield* Journal.Journal.use((journal) => journal.forget("order-17")))
        const { entries } = yield* list
        assert.deepStrictEqual(
          entries.map(({ operation }) => operation),
          ["order-17.2"]
        )
        const { send, sent } = sending()
        yield* submit(send, { request: { Prompt: "a cup" } })
        assert.strictEqual(sent(), 1)
      })
    )
  )

  it.effect("lists the newest entry first", () =>
    inTurn(
      Effect.forEach(["a", "b", "c"], (operation, index) =>
        Effect.andThen(submit(sending(`137536775551969689${index}`).send, { operation }), TestClock.adjust("1 minute"))
      ),
      Effect.gen(function* () {
        assert.deepStrictEqual(
          (yield* list).entries.map(({ operation }) => operation),
          ["c", "b", "a"]
        )
      })
    )
  )

  it.effect("sends nothing of an operation id that is none, nor of a request that breaks a rule", () =>
    inTurn(
      Effect.gen(function* () {
        const { send, sent } = sending()
        for (const changed of [
          { operation: "../x" },
          { operation: "" },
          { operation: "x".repeat(65) },
          { request: {} }
        ]) {
          const error = yield* Effect.flip(submit(send, changed))
          if (error._tag !== "ApiError") return assert.fail(error.message)
          assert.strictEqual(error.reason._tag, "InvalidInput")
        }
        assert.strictEqual(sent(), 0)
        assert.deepStrictEqual((yield* list).entries, [])
      })
    )
  )

  it.effect("sends one of two submissions of the same operation at the same time", () =>
    Effect.gen(function* () {
      const life = yield* lives
      const { send, sent } = sending()
      const one = Effect.provideService(submit(send), Journal.Journal, yield* life)
      const other = Effect.provideService(submit(send), Journal.Journal, yield* life)
      const exits = yield* Effect.all([Effect.exit(one), Effect.exit(other)], { concurrency: 2 })
      assert.strictEqual(sent(), 1)
      assert.isTrue(exits.some(Exit.isSuccess))
    })
  )
}
