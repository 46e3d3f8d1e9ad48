import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Deferred, Effect, Exit, Fiber, FileSystem, Layer, PlatformError, Stream } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as Credentials from "../../../../src/cloud/Credentials.ts"
import * as TencentCloud from "../../../../src/cloud/TencentCloud.ts"
import * as JobKind from "../../../../src/job/JobKind.ts"
import * as Fake from "../../../../src/testing/Fake.ts"
import * as Replay from "../../../../src/testing/Replay.ts"
import { jsonValue } from "../../../support/arbitraries.ts"
import { id } from "../../../support/jobs.ts"
import { property } from "../../../support/property.ts"
import {
  answering,
  anyBytes,
  deep,
  defectOf,
  json,
  makeFiles,
  network,
  noVariables,
  parse,
  recorded,
  recorder,
  recording,
  recordingErrorOf,
  request,
  sameJson,
  signed,
  text
} from "./calls.ts"

describe("Replay.layerRecord", () => {
  it.effect("a recorder leaves out what gets credentials, and records what they sign", () =>
    Effect.gen(function* () {
      const files = makeFiles()
      const cloud = TencentCloud.layer.pipe(
        Layer.provide(Credentials.layerCvmRole()),
        Layer.provide(recorder({ below: Fake.layer({ role: "renderer" }), files }))
      )
      const error = yield* TencentCloud.call(JobKind.Pro.query, { JobId: id }).pipe(Effect.flip, Effect.provide(cloud))
      assert.strictEqual(error.code, "FailedOperation.JobNotFound")
      const text = files.files.get("test/a.json") ?? ""
      assert.include(text, "QueryHunyuanTo3DProJob")
      assert.notMatch(text, /meta-data|TmpSecret/)
    })
  )

  it.effect("a recorder writes a file that is made to be read", () =>
    Effect.gen(function* () {
      const { text } = yield* recording(
        answering(
          new Response('{"Response":{"Status":"RUN","RequestId":"r","ResultFile3Ds":[]}}', {
            headers: {
              "content-type": "application/json",
              date: "Tue, 07 Apr 2026 09:38:20 GMT",
              "set-cookie": "session=1",
              server: "nginx"
            }
          })
        ),
        json(signed())
      )
      assert.strictEqual(
        text,
        `{
  "version": 1,
  "recordings": [
    {
      "request": {
        "method": "POST",
        "url": "https://hunyuan.intl.tencentcloudapi.com/",
        "action": "QueryHunyuanTo3DProJob",
        "version": "2023-09-01",
        "region": "ap-singapore",
        "body": {
          "JobId": "1"
        }
      },
      "response": {
        "status": 200,
        "headers": {
          "content-type": "application/json",
          "date": "Tue, 07 Apr 2026 09:38:20 GMT"
        },
        "body": {
          "Response": {
            "RequestId": "r",
            "ResultFile3Ds": [],
            "Status": "RUN"
          }
        }
      }
    }
  ]
}
`
      )
    })
  )

  it.effect("a recorder writes the same text whatever the order of keys", () =>
    Effect.gen(function* () {
      const one = yield* recording(answering('{"a":1,"b":{"c":2,"d":3}}'), json(request({ body: { x: 1, y: 2 } })))
      const two = yield* recording(answering('{"b":{"d":3,"c":2},"a":1}'), json(request({ body: { y: 2, x: 1 } })))
      assert.isNotEmpty(one.text)
      assert.strictEqual(one.text, two.text)
    })
  )

  it.effect("a recorder hands on the answer as it came", () =>
    Effect.gen(function* () {
      const answer = '{ "b": 1, "a": "https://host/a.glb?q-sign-time=1775554903%3B1775641302&q-signature=1" }'
      const { exit } = yield* recording(
        answering(new Response(answer, { status: 429, headers: { "x-other": "kept", date: "today" } })),
        Effect.gen(function* () {
          const response = yield* HttpClient.execute(request())
          const streamed = yield* HttpClient.execute(request()).pipe(
            Effect.flatMap((_) => Stream.mkString(Stream.decodeText(_.stream)))
          )
          return [response.status, response.headers["x-other"], yield* response.text, streamed]
        })
      )
      assert.deepStrictEqual(exit, Exit.succeed([429, "kept", answer, "none left"]))
    })
  )

  it.effect("a recorder records a transport error as a lost connection and hands it on", () =>
    Effect.gen(function* () {
      const { exit, text } = yield* recording(
        network(() => Effect.fail("reset")),
        Effect.flip(json(request()))
      )
      assert(Exit.isSuccess(exit))
      assert.strictEqual(exit.value.cause, "reset")
      assert.deepStrictEqual<unknown>(parse(text).recordings, [{ request: recorded(), failure: "dropped" }])
    })
  )

  it.effect("a recorder records an answer that breaks off as a lost connection", () =>
    Effect.gen(function* () {
      const broken = new ReadableStream({
        pull: (controller) => controller.error(new Error("reset"))
      })
      const { exit, text } = yield* recording(answering(broken), Effect.flip(json(request())))
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual<unknown>(parse(text).recordings, [{ request: recorded(), failure: "dropped" }])
    })
  )

  it.effect("a recorder records a request that timed out as a timeout", () =>
    Effect.gen(function* () {
      const fiber = yield* recording(
        network(() => Effect.never),
        Effect.timeoutOption(json(request()), "10 seconds")
      ).pipe(Effect.forkChild)
      yield* TestClock.adjust("10 seconds")
      const { text } = yield* Fiber.join(fiber)
      assert.deepStrictEqual<unknown>(parse(text).recordings, [{ request: recorded(), failure: "timeout" }])
    })
  )

  it.effect("a recorder does not record a request that never left", () =>
    Effect.gen(function* () {
      const { files, exit } = yield* recording(answering("1"), Effect.flip(text(HttpClientRequest.get("not a url"))))
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(files, {})
    })
  )

  it.effect("a recorder fails on an answer that a cassette cannot hold, and records it as lost", () =>
    Effect.gen(function* () {
      const odd = Object.create(new Response(""), {
        status: { value: 999 },
        arrayBuffer: { value: async () => new ArrayBuffer() },
        headers: { value: new Headers() }
      })
      const { exit, text } = yield* recording(answering(odd), Effect.flip(json(request())))
      assert(Exit.isSuccess(exit))
      assert.include(exit.value.message, "cannot be recorded")
      assert.strictEqual(parse(text).recordings[0]?.failure, "dropped")
    })
  )

  it.effect("a recorder records in the order of the answers", () =>
    Effect.gen(function* () {
      const slow = network((request) =>
        Effect.delay(
          Effect.sync(() => new Response("1")),
          request.headers["x-tc-region"] === "slow" ? "2 seconds" : "1 second"
        )
      )
      const fiber = yield* recording(
        slow,
        Effect.all([json(request({ region: "slow" })), json(request({ region: "fast" }))], { concurrency: 2 })
      ).pipe(Effect.forkChild)
      yield* TestClock.adjust("2 seconds")
      const { text } = yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        parse(text).recordings.map((_) => _.request.region),
        ["fast", "slow"]
      )
    })
  )

  it.effect("a recorder keeps numbers that JavaScript would round as text", () =>
    Effect.gen(function* () {
      const { text } = yield* recording(answering('{"JobId":1375367755519696896}'), json(request()))
      assert.strictEqual(parse(text).recordings[0]?.response?.body, '{"JobId":1375367755519696896}')
    })
  )

  it.effect("a recorder keeps JSON that is nested too deep to write as text", () =>
    Effect.gen(function* () {
      const { text: file, exit } = yield* recording(answering(deep), text(request()))
      assert.deepStrictEqual(exit, Exit.succeed(deep))
      assert.strictEqual(parse(file).recordings[0]?.response?.body, deep)
    })
  )

  for (const [what, answer] of [
    ["a bare string", '"yes"'],
    ["text that is no JSON", " yes\r\n"],
    ["a byte order mark", "\ufeff{}"],
    ["bytes that are no text", Uint8Array.of(0, 255)]
  ] as const) {
    it.effect(`${what} is recorded and replayed byte for byte`, () =>
      Effect.gen(function* () {
        const bytes = Effect.map(
          Effect.flatMap(HttpClient.execute(request()), (response) => response.arrayBuffer),
          (buffer) => [...new Uint8Array(buffer)]
        )
        const { exit, text } = yield* recording(answering(answer), bytes)
        const replayed = yield* Effect.provide(bytes, Replay.layer(JSON.parse(text)))
        assert.deepStrictEqual(exit, Exit.succeed(replayed))
      })
    )
  }

  const call = fc.record(
    {
      action: fc.constantFrom("A", "B"),
      region: fc.constantFrom("a", "b"),
      body: fc.oneof(fc.constant(1), jsonValue())
    },
    { requiredKeys: [] }
  )
  const outcome = fc.oneof(
    fc.constant(undefined),
    fc.record({
      status: fc.constantFrom(200, 200, 404, 502),
      headers: fc.constantFrom({}, { date: "now" }),
      bytes: anyBytes
    })
  )

  property(
    "a replay of what was recorded is the same",
    [fc.array(fc.tuple(call, outcome), { minLength: 1, maxLength: 6 })],
    Effect.fnUntraced(function* (exchanges) {
      const left = exchanges.map(([, outcome]) => outcome)
      const below = network(() =>
        Effect.suspend(() => {
          const next = left.shift()
          return next === undefined
            ? Effect.fail("dropped")
            : Effect.succeed(new Response(new Uint8Array(next.bytes), { status: next.status, headers: next.headers }))
        })
      )
      const program = Effect.forEach(exchanges, ([call]) =>
        HttpClient.execute(request(call)).pipe(
          Effect.flatMap((response) =>
            Effect.map(response.text, (text) => [response.status, response.headers["date"], sameJson(text)])
          ),
          Effect.catch((error) => Effect.succeed(error.reason._tag))
        )
      )
      const files = makeFiles()
      const first = yield* Effect.provide(program, recorder({ below, files }))
      const again = yield* Effect.provide(program, Replay.layerFile("test/a.json").pipe(Layer.provide(files.layer)))
      assert.deepStrictEqual(again, first)
    }),
    { runs: 300 }
  )
})

describe("The file of a recording", () => {
  const old = { "test/a.json": "old" }

  it.effect("the file of a recording stays the old one until the new one is whole", () =>
    Effect.gen(function* () {
      const files = makeFiles(old)
      const during = yield* json(request()).pipe(
        Effect.andThen(Effect.sync(() => files.files.get("test/a.json"))),
        Effect.provide(recorder({ below: answering("1"), files }))
      )
      assert.strictEqual(during, "old")
      assert.deepStrictEqual([...files.files.keys()], ["test/a.json"])
      assert.notStrictEqual(files.files.get("test/a.json"), "old")
    })
  )

  it.effect("the file of a recording stays the old one when the recording holds a secret", () =>
    Effect.gen(function* () {
      const { files } = yield* recording(answering('{"Token":"x"}'), json(request()), old)
      assert.deepStrictEqual(files, old)
    })
  )

  it.effect("the file of a recording stays the old one when there was no request", () =>
    Effect.gen(function* () {
      const { files, exit } = yield* recording(answering("1"), Effect.succeed(1), old)
      assert.deepStrictEqual(exit, Exit.succeed(1))
      assert.deepStrictEqual(files, old)
    })
  )

  it.effect("the file of a recording is written after a failure, which stays what it was", () =>
    Effect.gen(function* () {
      const { exit, text } = yield* recording(
        answering("1"),
        Effect.andThen(json(request()), Effect.fail("the real one"))
      )
      assert.deepStrictEqual(exit, Exit.fail("the real one"))
      assert.lengthOf(parse(text).recordings, 1)
    })
  )

  it.effect("the file of a recording is written after an interruption", () =>
    Effect.gen(function* () {
      const files = makeFiles()
      const sent = yield* Deferred.make<void>()
      const fiber = yield* json(request()).pipe(
        Effect.andThen(Deferred.succeed(sent, undefined)),
        Effect.andThen(json(request({ body: 2 }))),
        Effect.provide(
          recorder({
            files,
            below: network((_) =>
              _.headers["content-length"] === "1" ? Effect.never : Effect.sync(() => new Response("1"))
            )
          })
        ),
        Effect.forkChild
      )
      yield* Deferred.await(sent)
      yield* Effect.yieldNow
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(
        parse(files.files.get("test/a.json") ?? "").recordings.map((_) => _.failure ?? _.response?.body),
        [1, "timeout"]
      )
    })
  )

  it.effect("a file that cannot be written is found before any request", () =>
    Effect.gen(function* () {
      let sent = 0
      const layer = Replay.layerRecord("missing/a.json").pipe(
        Layer.provide([
          network(() => Effect.sync(() => new Response(String(sent++)))),
          makeFiles().layer,
          ConfigProvider.layer(noVariables)
        ])
      )
      const error = recordingErrorOf(yield* Effect.flip(Effect.provide(json(request()), layer)))
      assert.strictEqual(error.reason, "Write")
      assert.include(error.message, "missing/a.json")
      assert.strictEqual(sent, 0)
    })
  )

  it.effect("what is no file is found before any request, and left alone", () =>
    Effect.gen(function* () {
      const path = yield* FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())
      let sent = 0
      const layer = Replay.layerRecord(path).pipe(
        Layer.provide([
          network(() => Effect.sync(() => new Response(String(sent++)))),
          ConfigProvider.layer(noVariables)
        ])
      )
      const error = recordingErrorOf(yield* Effect.flip(Effect.provide(json(request()), layer)))
      assert.include(error.message, "it is there, and no file")
      assert.strictEqual(sent, 0)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  const fullDisk = () => {
    const files = new Map<string, string>()
    const layer = FileSystem.layerNoop({
      writeFileString: (path, text) =>
        text === ""
          ? Effect.sync(() => void files.set(path, text))
          : Effect.fail(PlatformError.systemError({ module: "FileSystem", method: "write", _tag: "Unknown" })),
      remove: (path) => Effect.sync(() => void files.delete(path))
    })
    return { files, layer }
  }

  it.effect("a file that cannot be written at the end is a defect, and leaves nothing behind", () =>
    Effect.gen(function* () {
      const files = fullDisk()
      const exit = yield* Effect.exit(Effect.provide(json(request()), recorder({ below: answering("1"), files })))
      assert.strictEqual(recordingErrorOf(defectOf(exit)).reason, "Write")
      assert.strictEqual(files.files.size, 0)
    })
  )

  it.effect("a file that cannot be written does not bury a failure", () =>
    Effect.gen(function* () {
      const program = Effect.andThen(json(request()), Effect.fail("the real one"))
      const exit = yield* Effect.exit(Effect.provide(program, recorder({ below: answering("1"), files: fullDisk() })))
      assert.deepStrictEqual(exit, Exit.fail("the real one"))
    })
  )

  for (const CI of ["true", "1", "TRUE", "yes"]) {
    it.effect(`the file of a recording is never begun when the environment says CI=${JSON.stringify(CI)}`, () =>
      Effect.gen(function* () {
        const files = makeFiles()
        const layer = recorder({ below: answering("1"), files, provider: ConfigProvider.fromEnv({ env: { CI } }) })
        const error = recordingErrorOf(yield* Effect.flip(Effect.provide(json(request()), layer)))
        assert.strictEqual(error.reason, "ContinuousIntegration")
        assert.include(error.message, "CI=")
        assert.strictEqual(files.files.size, 0)
      })
    )
  }

  it.effect("the file of a recording is never begun when the environment cannot be read", () =>
    Effect.gen(function* () {
      const unreadable = ConfigProvider.make(() => Effect.fail(new ConfigProvider.SourceError({ message: "no" })))
      const files = makeFiles()
      const layer = recorder({ below: answering("1"), files, provider: unreadable })
      const error = recordingErrorOf(yield* Effect.flip(Effect.provide(json(request()), layer)))
      assert.strictEqual(error.reason, "ContinuousIntegration")
    })
  )

  for (const CI of ["false", "FALSE", "0", ""]) {
    it.effect(`the file of a recording is written when the environment says CI=${JSON.stringify(CI)}`, () =>
      Effect.gen(function* () {
        const files = makeFiles()
        yield* Effect.provide(
          json(request()),
          recorder({ below: answering("1"), files, provider: ConfigProvider.fromEnv({ env: { CI } }) })
        )
        assert.strictEqual(files.files.size, 1)
      })
    )
  }
})
