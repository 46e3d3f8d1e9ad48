import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Journal from "../../src/job/Journal.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as SubmitJob from "../../src/job/SubmitJob.ts"
import * as Fake from "../../src/testing/Fake.ts"
import * as Events from "../../src/workbench/Events.ts"
import * as Files from "../../src/workbench/Files.ts"
import * as Jobs from "../../src/workbench/Jobs.ts"
import * as Requests from "../../src/workbench/Requests.ts"
import { Setup } from "../../src/workbench/Setup.ts"
import * as Steering from "../../src/workbench/Steering.ts"

const setup = Layer.effect(
  Setup,
  Effect.gen(function* () {
    const folder = yield* FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())
    return {
      about: {
        version: "0",
        target: "live" as const,
        endpoint: "https://hunyuan.intl.tencentcloudapi.com",
        region: "ap-singapore",
        isPaid: true,
        folder
      },
      host: "hunyuan.intl.tencentcloudapi.com",
      folder,
      page: folder,
      word: (error: Error) => ({ code: error.name, message: error.message }),
      shownId: (id: string) => id
    }
  })
)

const seen = Layer.effect(
  HttpClient.HttpClient,
  Effect.gen(function* () {
    return (yield* Requests.Requests).client(yield* HttpClient.HttpClient)
  })
)

const Paid = Jobs.layer.pipe(
  Layer.provideMerge(Files.layer),
  Layer.provideMerge(Layer.merge(SubmitJob.layer, QueryJob.layer)),
  Layer.provideMerge(Layer.fresh(Journal.layerMemory)),
  Layer.provideMerge(seen),
  Layer.provideMerge(Requests.layer),
  Layer.provideMerge(Layer.merge(Events.layer, Layer.provideMerge(Steering.layerFake, Fake.layer()))),
  Layer.provideMerge(setup),
  Layer.provideMerge(Layer.merge(NodeFileSystem.layer, NodePath.layer))
)

describe("a submission that is paid for", () => {
  it.effect("is refused without a confirmation, or with one of fewer credits, and nothing is sent", () =>
    Effect.gen(function* () {
      const { list, submit } = yield* Jobs.Jobs
      const submission = { kind: "Pro", request: { Prompt: "a cat", FaceCount: 10_000 }, operation: "op" }
      for (const confirmed of [{}, { confirmedCredits: 34 }]) {
        const error = yield* Effect.flip(submit({ ...submission, ...confirmed }))
        assert.strictEqual(error._tag === "Refused" && error.code, "Client.NotConfirmed")
        assert.match(error.message, /^Nothing was submitted: it costs 35 credits, USD .*confirm it\.$/)
      }
      assert.deepStrictEqual(yield* Effect.flatMap(Requests.Requests, (requests) => requests.list), [])
      assert.deepStrictEqual(yield* list, [])
      const job = yield* submit({ ...submission, confirmedCredits: 35 })
      assert.strictEqual(job.state, "submitted")
    }).pipe(Effect.provide(Paid))
  )
})

describe("the requests that are kept", () => {
  it.effect("hide the signature, show images by their size and links without their queries", () =>
    Effect.gen(function* () {
      const { submit } = yield* Jobs.Jobs
      const image = Buffer.alloc(3000, 7).toString("base64")
      const link = "https://bucket.example/a.png?q-ak=AKIDSECRET&q-signature=0123"
      yield* Effect.exit(
        submit({ kind: "Pro", request: { ImageBase64: image }, operation: "one", confirmedCredits: 99 })
      )
      yield* Effect.exit(submit({ kind: "Pro", request: { ImageUrl: link }, operation: "two", confirmedCredits: 99 }))
      const all = yield* Effect.flatMap(Requests.Requests, (requests) => requests.list)
      const text = JSON.stringify(all)
      assert.notMatch(text, /q-signature|AKID|Signature=/)
      assert.notInclude(text, image)
      assert.include(text, "(3000 bytes as base64)")
      assert.include(text, "https://bucket.example/a.png?…")
      assert.isAtLeast(all.filter(({ action }) => action === "SubmitHunyuanTo3DProJob").length, 2)
    }).pipe(Effect.provide(Paid))
  )

  it.effect("have the code and the request id of a refusal", () =>
    Effect.gen(function* () {
      const requests = yield* Requests.Requests
      const { fault } = yield* Fake.Fake
      yield* fault({ code: "AuthFailure.SignatureExpire" })
      const { submit } = yield* Jobs.Jobs
      yield* Effect.exit(submit({ kind: "Pro", request: { Prompt: "a" }, operation: "op", confirmedCredits: 99 }))
      const [sent] = yield* requests.list
      assert.strictEqual(sent?.answer?.code, "AuthFailure.SignatureExpire")
      assert.isString(sent?.answer?.requestId)
    }).pipe(Effect.provide(Paid))
  )
})
