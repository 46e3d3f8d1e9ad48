import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Schedule } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as TestClock from "effect/testing/TestClock"
import * as Fake from "../../src/testing/Fake.ts"
import { answering, run, start, unknownId } from "./run.ts"

const WithFake = Effect.provide(Layer.merge(Fake.layer({ run: 0 }), NodeFileSystem.layer))

const temporaryDirectory = FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())

describe("hunyuan3d download", () => {
  it.live("writes the files and lists them with their sizes", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* temporaryDirectory
      const id = yield* Fake.Fake.use((fake) => fake.job())
      const { code, stdout, stderr } = yield* run(["download", id, "--out", directory])
      assert.match(stdout, /^FILE +SIZE\n.*-glb\.glb +[\d.]+ KiB\n$/)
      assert.strictEqual(stderr, "")
      const bytes = yield* fs.readFile(`${directory}/${id}-glb.glb`)
      assert.strictEqual(new TextDecoder().decode(bytes.slice(0, 4)), "glTF")
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.live("keeps files that are whole, and says so", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const id = yield* Fake.Fake.use((fake) => fake.job())
      yield* run(["download", id, "--out", directory])
      const { code, stdout } = yield* run(["download", id, "--out", directory])
      assert.include(stdout, "kept, not downloaded again")
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("shows on a terminal how much of a file has arrived", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job())
      const halfway = Layer.effect(
        HttpClient.HttpClient,
        Effect.map(
          HttpClient.HttpClient,
          HttpClient.transform((sent, request) =>
            request.method === "POST"
              ? sent
              : Effect.sync(() => {
                  const body = new ReadableStream({ start: (body) => body.enqueue(new Uint8Array(50)) })
                  return HttpClientResponse.fromWeb(
                    request,
                    new Response(body, { headers: { "content-length": "100" } })
                  )
                })
          )
        )
      )
      const downloading = yield* Effect.provide(
        start(["download", id, "--out", yield* temporaryDirectory], { isTerminal: true }),
        halfway
      )
      const frames = TestClock.adjust("100 millis").pipe(
        Effect.andThen(TestClock.withLive(Effect.sleep("5 millis"))),
        Effect.forever
      )
      yield* Effect.raceFirst(downloading.prints(/-glb █{10}░{10} 50 %\. No data for \d s\./), frames)
      yield* downloading.stop
      yield* downloading.ended
    }).pipe(WithFake)
  )

  it.live("says of a file that is too large which flag allows it", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const id = yield* Fake.Fake.use((fake) => fake.job())
      const { code, stderr } = yield* run(["download", id, "--out", directory, "--max-size", "10B"])
      assert.match(stderr, /^hunyuan3d: \d+-glb: It is larger than 10 B\. Allow more with --max-size\.\n$/)
      assert.strictEqual(code, 1)
    }).pipe(WithFake)
  )

  it.live("says of a job that is not done to wait for it first", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: "1 hour" }))
      const { code, stderr } = yield* run(["download", id])
      assert.include(stderr, `has no files yet; its state is RUN. Wait for it first: hunyuan3d wait ${id} --kind pro`)
      assert.strictEqual(code, 1)
    }).pipe(WithFake)
  )

  it.live("exits with 2 for a job that failed", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ outcome: { code: "X", message: "no mesh" } }))
      const { code, stderr } = yield* run(["download", id])
      assert.include(stderr, "no mesh")
      assert.strictEqual(code, 2)
    }).pipe(WithFake)
  )

  it.live("exits with 1 when a job is done and none of its files has a link", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { code, stdout, stderr } = yield* run(["download", unknownId, "--out", directory])
      assert.match(stderr, /^hunyuan3d: .*no link.*\n$/)
      assert.strictEqual(stdout, "")
      assert.strictEqual(code, 1)
    }).pipe(
      Effect.provide(Layer.merge(answering({ Status: "DONE", ResultFile3Ds: [{ Type: "GLB" }] }), NodeFileSystem.layer))
    )
  )

  it.live("says when it is interrupted how to download the rest, as generate does with --out", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const directory = yield* temporaryDirectory
      const id = yield* fake.job()
      for (const args of [
        ["download", id],
        ["generate", "--prompt", "a teapot"]
      ]) {
        const before = (yield* fake.requests).length + args.length - 1
        yield* fake.fault(...args.slice(1).map(() => ({ slow: 0 })), "never")
        const downloading = yield* start([...args, "--out", directory])
        yield* Effect.repeat(fake.requests, { until: ({ length }) => length > before, schedule: Schedule.spaced(10) })
        yield* downloading.stop
        const { code, stderr } = yield* downloading.ended
        assert.match(stderr, /to download the rest: hunyuan3d download \d+ --kind pro --region ap-singapore --out \//)
        assert.strictEqual(code, 130)
      }
    }).pipe(WithFake)
  )

  it.live("is what generate does with --out", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { code, stdout } = yield* run(["generate", "--prompt", "a teapot", "--out", directory])
      assert.match(stdout, /^FILE +SIZE\n.*-glb\.glb +[\d.]+ KiB\nCredits: 25\n$/)
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )
})
