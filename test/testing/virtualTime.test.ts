/** Over a double nothing waits for real time: one adjustment of the clock brings every service to its end. */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, FileSystem, Layer, Stream } from "effect"
import { HttpClient } from "effect/http"
import * as TestClock from "effect/testing/TestClock"
import type * as Credentials from "../../src/cloud/Credentials.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as SubmitJob from "../../src/job/SubmitJob.ts"
import * as Fake from "../../src/testing/Fake.ts"
import * as Replay from "../../src/testing/Replay.ts"

const id = Job.JobId.make("1375367755519696896")
const request = { Prompt: "a cat" }
const link = "https://bucket.example/3d/a.glb"

const exchange = (action: string, body: unknown, Response: object) => ({
  request: {
    method: "POST",
    url: "https://hunyuan.intl.tencentcloudapi.com/",
    action,
    version: "2023-09-01",
    region: "ap-singapore",
    body
  },
  response: { status: 200, headers: { "content-type": "application/json" }, body: { Response } }
})

/** One job, which is submitted, runs, is done and is downloaded. */
const cassette = {
  version: 1,
  note: "Written by hand.",
  recordings: [
    exchange(JobKind.Pro.submit.action, request, { JobId: id, RequestId: "r" }),
    exchange(JobKind.Pro.query.action, { JobId: id }, { Status: "RUN", RequestId: "r" }),
    exchange(JobKind.Pro.query.action, { JobId: id }, { Status: "RUN", RequestId: "r" }),
    {
      ...exchange(
        JobKind.Pro.query.action,
        { JobId: id },
        { Status: "DONE", ResultFile3Ds: [{ Type: "GLB", Url: link }], RequestId: "r" }
      ),
      repeat: true
    },
    { request: { method: "GET", url: link }, response: { status: 200, body: "glTF" } }
  ]
}

const Files = FileSystem.layerNoop({
  writeFileString: () => Effect.void,
  rename: () => Effect.void,
  remove: () => Effect.void
})

const FakeService = Fake.layer({ jobs: [{ id, run: "10 seconds" }], run: "10 seconds" })
const Recorder = Replay.layerRecord("test.json").pipe(
  Layer.provide([Files, ConfigProvider.layer(ConfigProvider.fromEnv({ env: {} }))])
)

type Transport = Layer.Layer<HttpClient.HttpClient | Credentials.Credentials, unknown>

const doubles: ReadonlyArray<readonly [name: string, transport: Transport]> = [
  ["the fake", FakeService],
  ["a replay", Replay.layer(cassette, { allowUnused: true })],
  ["a recorder over the fake", Recorder.pipe(Layer.provideMerge(FakeService))],
  ["a recorder over a replay", Recorder.pipe(Layer.provideMerge(Replay.layer(cassette, { allowUnused: true })))]
]

type Services =
  | QueryJob.QueryJob
  | SubmitJob.SubmitJob
  | GenerateJob.GenerateJob
  | TencentCloud.TencentCloud
  | HttpClient.HttpClient

const looks: ReadonlyArray<readonly [name: string, program: Effect.Effect<unknown, unknown, QueryJob.QueryJob>]> = [
  ["QueryJob.query", QueryJob.QueryJob.use((jobs) => jobs.query(id))],
  ["QueryJob.wait", QueryJob.QueryJob.use((jobs) => jobs.wait(id))],
  ["QueryJob.watch", QueryJob.QueryJob.use((jobs) => Stream.runCollect(jobs.watch(id)))]
]

const programs: ReadonlyArray<readonly [name: string, program: Effect.Effect<unknown, unknown, Services>]> = [
  ...looks,
  ["TencentCloud.call", TencentCloud.call(JobKind.Pro.query, { JobId: id })],
  ["SubmitJob.submit", SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, request))],
  ["GenerateJob.generate", GenerateJob.GenerateJob.use((jobs) => jobs.generate(JobKind.Pro, request))],
  ["GenerateJob.stream", GenerateJob.GenerateJob.use((jobs) => Stream.runCollect(jobs.stream(JobKind.Pro, request)))],
  [
    "a download of a result",
    Effect.gen(function* () {
      const { files } = yield* QueryJob.QueryJob.use((jobs) => jobs.wait(id))
      const response = yield* HttpClient.get(files[0]?.url?.href ?? "")
      return yield* Stream.runCollect(response.stream)
    })
  ]
]

/** Whether a minute of the clock, in one adjustment, is enough for a program. */
const isEnough = Effect.fnUntraced(function* <R>(
  program: Effect.Effect<unknown, unknown, R>,
  services: Layer.Layer<R, unknown>
) {
  const fiber = yield* Effect.forkChild(Effect.exit(Effect.provide(program, services)))
  yield* TestClock.adjust("1 minute")
  const exit = fiber.pollUnsafe()
  assert.isDefined(exit, "it still waits")
  assert.strictEqual(exit?._tag === "Success" ? exit.value._tag : String(exit), "Success", String(exit))
})

describe("One adjustment of the clock", () => {
  for (const [double, transport] of doubles) {
    for (const [name, program] of programs) {
      it.effect(`one minute brings ${name} over ${double} to its end`, () =>
        isEnough(program, GenerateJob.layer.pipe(Layer.provideMerge(TencentCloud.layer), Layer.provideMerge(transport)))
      )
    }
  }

  const script = QueryJob.layerTest({ [id]: [new Job.Running({ id }), new Job.Done({ id })] })
  for (const [name, program] of looks) {
    it.effect(`one minute brings ${name} over a script to its end`, () => isEnough(program, script))
  }
})
