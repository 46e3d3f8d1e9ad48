/**
 * A process that submits twenty operations at a time that others do as well, and prints what it sent and what it got.
 *
 *   node test/job/journalWorker.ts <PostgreSQL URL> <table> <a digit of its own> <when to begin, in milliseconds>
 */
import { PgClient } from "@effect/sql-pg"
import { Console, Effect, Layer, Redacted } from "effect"
import * as Job from "../../src/job/Job.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Journal from "../../src/job/Journal.ts"

const [url = "", table = "", digit = "", began = ""] = process.argv.slice(2)

const submit = Effect.fnUntraced(function* (nth: number) {
  const journal = yield* Journal.Journal
  const operation = `order-${nth}`
  const send = Effect.gen(function* () {
    yield* Console.log(`sent ${operation}`)
    const jobId = Job.JobId.make(`13753677555196968${nth + 10}${digit}`)
    return new Job.JobTicket({ jobId, kind: "Pro", region: "ap-singapore" })
  })
  const submission = {
    operation,
    kind: JobKind.Pro,
    request: { Prompt: "a teapot" },
    region: "ap-singapore",
    endpoint: "hunyuan.intl.tencentcloudapi.com"
  }
  const said = yield* Effect.match(journal.submit(submission, send), {
    onSuccess: ({ jobId }) => jobId,
    onFailure: ({ _tag }) => _tag
  })
  yield* Console.log(`${operation} ${said}`)
})

const Shared = Journal.layerSql({ table }).pipe(Layer.provide(PgClient.layer({ url: Redacted.make(url) })))

await Effect.sleep(Math.max(0, Number(began) - Date.now())).pipe(
  Effect.andThen(
    Effect.forEach(
      Array.from({ length: 20 }, (_, nth) => nth),
      submit,
      { concurrency: 4, discard: true }
    )
  ),
  Effect.andThen(Console.log("end")),
  Effect.provide(Shared),
  Effect.runPromise
)
