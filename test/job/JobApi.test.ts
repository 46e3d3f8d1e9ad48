import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Ref, Schedule, Stream } from "effect"
import * as ApiError from "../../src/cloud/ApiError.ts"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as Endpoint from "../../src/cloud/Endpoint.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobApi from "../../src/job/JobApi.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as SubmitJob from "../../src/job/SubmitJob.ts"
import { done, id, lasting, passing, running, waiting } from "../support/jobs.ts"
import { type Answer, credential, json, settled, transport } from "../support/wire.ts"

const request = { Prompt: "a teapot" }

describe("a JobApi of one's own", () => {
  /** Jobs in a table, as an application keeps them that a webhook tells of their end. */
  const database = Effect.gen(function* () {
    const rows = yield* Ref.make<ReadonlyMap<string, Job.Job>>(new Map())
    const write = (job: Job.Job) => Ref.update(rows, (all) => new Map([...all, [job.id, job]]))
    const Api = Layer.succeed(JobApi.JobApi, {
      submit: Effect.fnUntraced(function* () {
        const jobId = Job.JobId.make(String(1_000_000_000 + (yield* Ref.get(rows)).size))
        yield* write(new Job.Waiting({ id: jobId }))
        return jobId
      }),
      query: Effect.fnUntraced(function* ({ jobId, region }) {
        const row = (yield* Ref.get(rows)).get(jobId)
        if (row !== undefined) return row
        return yield* new ApiError.ApiError({
          action: "read",
          region,
          reason: new ApiError.NotFound({ code: "NoRow", description: "there is no such row", region })
        })
      })
    })
    const webhook = (job: Job.Job, after: "1 minute" | "2 minutes") => Effect.delay(write(job), after)
    const Jobs = GenerateJob.layerNoDeps.pipe(
      Layer.provideMerge(Layer.merge(SubmitJob.layerNoDeps, QueryJob.layerNoDeps)),
      Layer.provide(Api)
    )
    return { Jobs, webhook }
  })

  it.effect("tells QueryJob the state of a job that SubmitJob submitted through it", () =>
    Effect.gen(function* () {
      const { Jobs, webhook } = yield* database
      yield* Effect.gen(function* () {
        const jobs = yield* QueryJob.QueryJob
        const ticket = yield* SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, request))
        assert.strictEqual((yield* jobs.query(ticket)).status, "WAIT")
        yield* Effect.forkChild(webhook(new Job.Done({ id: ticket.jobId }), "1 minute"))
        assert.strictEqual((yield* settled(jobs.wait(ticket))).id, ticket.jobId)
      }).pipe(Effect.provide(Jobs))
    })
  )

  it.effect("drives GenerateJob, with every change in its stream", () =>
    Effect.gen(function* () {
      const { Jobs, webhook } = yield* database
      const seen = GenerateJob.GenerateJob.use((jobs) =>
        jobs.stream(JobKind.Pro, request, { schedule: Schedule.spaced("1 second") }).pipe(
          Stream.tap((progress) =>
            progress._tag === "Submitted"
              ? Effect.forkChild(
                  Effect.all([
                    webhook(new Job.Running({ id: progress.ticket.jobId }), "1 minute"),
                    webhook(new Job.Done({ id: progress.ticket.jobId }), "2 minutes")
                  ])
                )
              : Effect.void
          ),
          Stream.map((progress) => (progress._tag === "Changed" ? progress.job.status : progress._tag)),
          Stream.runCollect
        )
      )
      assert.deepStrictEqual(yield* settled(Effect.provide(seen, Jobs)), ["Submitted", "WAIT", "RUN", "DONE"])
    })
  )

  it.effect("fails a wait with its own error, in its own words", () =>
    Effect.gen(function* () {
      const { Jobs } = yield* database
      const error = yield* Effect.flip(QueryJob.QueryJob.use((jobs) => jobs.wait(id))).pipe(Effect.provide(Jobs))
      assert.strictEqual(error._tag === "ApiError" && error.code, "NoRow")
    })
  )
})

describe("JobApi.layer", () => {
  const api = Effect.fnUntraced(function* (...answers: ReadonlyArray<Answer>) {
    const { layer: client, sent } = yield* transport(...answers)
    const Api = JobApi.layer.pipe(
      Layer.provide(TencentCloud.layer),
      Layer.provide([client, Credentials.layer(credential)])
    )
    return { sent, api: yield* Effect.provide(JobApi.JobApi, yield* Layer.build(Api)) }
  })
  const region = { region: "na-siliconvalley" }

  it.effect("submits by the kind's action, in the endpoint's region", () =>
    Effect.gen(function* () {
      const { api: jobs, sent } = yield* api(json({ Response: { JobId: id, RequestId: "e7c1aa24" } }))
      const jobId = yield* jobs.submit(JobKind.Rapid, request).pipe(Effect.provide(Endpoint.layer(region)))
      assert.strictEqual(jobId, id)
      assert.deepStrictEqual(
        (yield* sent).map(({ body, headers }) => [headers["x-tc-action"], headers["x-tc-region"], body]),
        [["SubmitHunyuanTo3DRapidJob", "na-siliconvalley", `{"Prompt":"a teapot"}`]]
      )
    })
  )

  it.effect("queries by the action of the ticket's kind, in the ticket's region", () =>
    Effect.gen(function* () {
      const { api: jobs, sent } = yield* api(json({ Response: { Status: "RUN", RequestId: "e7c1aa24", New: 1 } }))
      const job = yield* jobs.query(new Job.JobTicket({ jobId: id, kind: "UV", ...region }))
      assert.deepStrictEqual(job, new Job.Running({ id, requestId: "e7c1aa24", extra: { New: 1 } }))
      assert.deepStrictEqual(
        (yield* sent).map(({ body, headers }) => [headers["x-tc-action"], headers["x-tc-region"], body]),
        [["DescribeHunyuanTo3DUVJob", "na-siliconvalley", `{"JobId":"${id}"}`]]
      )
    })
  )

  it.effect("names the action and the region where an id of an unknown form comes back", () =>
    Effect.gen(function* () {
      const { api: jobs } = yield* api(json({ Response: { JobId: "job-7", RequestId: "e7c1aa24" } }))
      const error = yield* Effect.flip(jobs.submit(JobKind.Pro, request)).pipe(Effect.provide(Endpoint.layer(region)))
      const { action, code, mayHaveRun, requestId } = error
      assert.deepStrictEqual(
        [action, error.region, code, mayHaveRun, requestId],
        ["SubmitHunyuanTo3DProJob", "na-siliconvalley", "Client.UnknownJobId", true, "e7c1aa24"]
      )
    })
  )
})

describe("JobApi.layerTest", () => {
  const other = Job.JobId.make("1375367755519696897")
  const ticket = (jobId: Job.JobId) => new Job.JobTicket({ jobId, kind: "Pro", region: "ap-singapore" })

  it.effect("answers the looks at each id in order, failures too, and repeats the last one", () =>
    Effect.gen(function* () {
      const jobs = yield* JobApi.JobApi
      assert.strictEqual(yield* jobs.query(ticket(id)), waiting)
      assert.strictEqual(yield* Effect.flip(jobs.query(ticket(id))), passing)
      assert.strictEqual(yield* Effect.flip(jobs.query(ticket(other))), lasting)
      assert.strictEqual(yield* jobs.query(ticket(id)), done)
      assert.strictEqual(yield* jobs.query(ticket(id)), done)
    }).pipe(Effect.provide(JobApi.layerTest({ [id]: [waiting, passing, done], [other]: [lasting] })))
  )

  it.effect("knows no other id", () =>
    Effect.gen(function* () {
      const jobs = yield* JobApi.JobApi
      assert.strictEqual((yield* Effect.flip(jobs.query(ticket(other)))).reason._tag, "NotFound")
    }).pipe(Effect.provide(JobApi.layerTest({ [id]: [done] })))
  )

  it.effect("gives submissions the ids of the script, one after the other, and no further ones", () =>
    Effect.gen(function* () {
      const jobs = yield* JobApi.JobApi
      assert.strictEqual(yield* jobs.submit(JobKind.Pro, request), id)
      assert.strictEqual(yield* jobs.submit(JobKind.Pro, request), other)
      const error = yield* Effect.flip(jobs.submit(JobKind.Pro, request))
      assert.strictEqual(error.reason._tag, "InvalidInput")
      assert.include(error.message, "script")
    }).pipe(Effect.provide(JobApi.layerTest({ [id]: [running], [other]: [running] })))
  )

  it.effect("starts anew wherever it is built", () =>
    Effect.gen(function* () {
      const Script = JobApi.layerTest({ [id]: [waiting, done] })
      const look = JobApi.JobApi.use((jobs) => jobs.query(ticket(id)))
      assert.strictEqual(yield* Effect.provide(look, Script), waiting)
      assert.strictEqual(yield* Effect.provide(look, Layer.fresh(Script)), waiting)
    })
  )
})
