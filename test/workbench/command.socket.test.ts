import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Schedule } from "effect"
import { Network } from "../../src/cli/network.ts"
import { start } from "../cli/run.ts"
import { provided, running } from "./running.ts"

describe("hunyuan3d workbench", () => {
  it.live("prints its address first, and says what becomes of the fake's jobs when it is ended", () =>
    Effect.gen(function* () {
      const { workbench } = yield* running
      yield* workbench.stop
      const { code, stderr, stdout } = yield* workbench.ended
      assert.match(stdout, /^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n$/)
      assert.match(
        stderr,
        /^Open this address in a browser\. Ctrl-C ends it\.\nClosed\. The fake ended with this program/
      )
      assert.strictEqual(code, 130)
    }).pipe(provided)
  )

  it.live("follows a job to its files, which it tells as they come, and buys none twice", () =>
    Effect.gen(function* () {
      const { get, post } = yield* running
      const submission = { kind: "Pro", request: { Prompt: "a brass teapot" }, operation: "op-1" }
      const [first, again] = yield* Effect.all([post("/api/jobs", submission), post("/api/jobs", submission)], {
        concurrency: 2
      })
      assert.strictEqual(JSON.parse(first.body).jobId, JSON.parse(again.body).jobId)
      const other = yield* post("/api/jobs", { ...submission, request: { Prompt: "another" } })
      assert.strictEqual(other.status, 422)
      assert.strictEqual(JSON.parse(other.body).code, "OperationConflict")
      const { body } = yield* get("/api/jobs").pipe(
        Effect.repeat({
          until: (answer) => JSON.parse(answer.body)[0]?.state === "downloaded",
          schedule: Schedule.spaced("200 millis")
        })
      )
      const [job, ...others] = JSON.parse(body)
      assert.deepStrictEqual(others, [])
      assert.isAtLeast(job.runningAt, job.submittedAt)
      assert.isAtLeast(job.downloadedAt, job.endedAt)
      const model = job.files.find(({ format }: { format: string }) => format === "glb")
      const facts = JSON.parse((yield* get(`/api/facts?path=${encodeURIComponent(model.path)}`)).body)
      assert.isAtLeast(facts.faces, 12)
      assert.strictEqual(facts.validator.errors, 0)
      const bytes = yield* get(`/api/bytes?path=${encodeURIComponent(model.path)}`)
      assert.strictEqual(bytes.headers["content-type"], "model/gltf-binary")
      assert.strictEqual(bytes.body.slice(0, 4), "glTF")
      assert.strictEqual((yield* post(`/api/jobs/op-1/forget`, undefined)).status, 204)
      assert.strictEqual((yield* get("/api/jobs")).body, "[]")
      assert.strictEqual((yield* post(`/api/jobs/op-1/resume`, undefined)).status, 404)
    }).pipe(provided)
  )

  it.live("says what is wrong with a request, what it costs, and submits none that is wrong", () =>
    Effect.gen(function* () {
      const { get, post } = yield* running
      const right = JSON.parse((yield* post("/api/check", { kind: "Pro", request: { Prompt: "a cat" } })).body)
      assert.deepStrictEqual(right.problems, [])
      assert.strictEqual(right.credits.high, 25)
      const wrong = { kind: "Pro", request: { Prompt: "a cat", FaceCount: 1, Nothing: 1 } }
      const { problems } = JSON.parse((yield* post("/api/check", wrong)).body)
      assert.sameMembers(
        problems.map(({ path }: { path: string }) => path),
        ["FaceCount", "Nothing"]
      )
      assert.strictEqual((yield* post("/api/jobs", { ...wrong, operation: "op" })).status, 422)
      assert.strictEqual((yield* post("/api/check", { ...wrong, kind: "Nothing" })).status, 404)
      assert.strictEqual((yield* get("/api/requests")).body, "[]")
    }).pipe(provided)
  )

  it.live("opens a file in its folder", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      yield* fs.writeFileString(`${folder}/model.stl`, "solid a\nendsolid")
      const { server } = yield* Network
      const opening = yield* start(["open", `${folder}/model.stl`, "--transport", "fake", "--json"], { listen: server })
      const stdout = yield* Effect.sync(() => opening.printed().stdout).pipe(
        Effect.repeat({ until: (text) => text !== "", schedule: Schedule.spaced("20 millis") })
      )
      const { url } = JSON.parse(stdout)
      const token = url.split("#token=")[1]
      const about = yield* Effect.promise(async () => {
        const response = await fetch(`${new URL(url).origin}/api/about`, {
          headers: { authorization: `Bearer ${token}` }
        })
        return await response.json()
      })
      assert.deepStrictEqual(about.open, { file: "model.stl" })
      assert.strictEqual(about.target, "fake")
    }).pipe(provided)
  )
})
