/** The program as a person runs it: real processes, over real HTTP against the model of the service. */
import { execFile } from "node:child_process"
import { createServer } from "node:http"
import { fileURLToPath } from "node:url"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it, layer } from "@effect/vitest"
import { Context, Duration, Effect, Exit, Fiber, FileSystem, Layer, Option, Redacted, Schedule, Schema } from "effect"
import * as HttpServer from "effect/http/HttpServer"
import { exitCode } from "../../src/cli/exitCode.ts"
import { parseDuration } from "../../src/cli/options.ts"
import * as Job from "../../src/job/Job.ts"
import * as Fake from "../../src/testing/Fake.ts"

interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const program = fileURLToPath(new URL("../../src/cli/bin.ts", import.meta.url))

const credentials = {
  TENCENTCLOUD_SECRET_ID: Fake.credential.secretId,
  TENCENTCLOUD_SECRET_KEY: Redacted.value(Fake.credential.secretKey)
}

/** Runs the program in a process of its own, and interrupts it as Ctrl-C does when it prints `interruptAt`. */
const run = (
  args: ReadonlyArray<string>,
  options: {
    readonly env?: Record<string, string>
    readonly cwd?: string
    readonly interruptAt?: RegExp
    readonly signal?: "SIGKILL"
  } = {}
) =>
  Effect.callback<Run>((resume) => {
    const child = execFile(
      process.execPath,
      [program, ...args],
      { cwd: options.cwd, env: { PATH: process.env["PATH"], ...(options.env ?? credentials) } },
      (_, stdout, stderr) => resume(Effect.succeed({ code: child.exitCode, stdout, stderr }))
    )
    for (const output of [child.stdout, child.stderr]) {
      output?.on("data", (text) => {
        if (options.interruptAt?.test(String(text))) child.kill(options.signal ?? "SIGINT")
      })
    }
    return Effect.sync(() => child.kill("SIGKILL"))
  })

class Endpoint extends Context.Service<Endpoint, string>()("test/Endpoint") {}

const ServedModel = Layer.effect(
  Endpoint,
  Effect.map(HttpServer.HttpServer, (server) => HttpServer.formatAddress(server.address))
).pipe(
  Layer.provideMerge(HttpServer.serve(Fake.httpApp)),
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provideMerge(Fake.layerModel({ tasksAtOnce: 100 }))
)

layer(ServedModel, { excludeTestServices: true })("hunyuan3d", (it) => {
  const ask = (command: string, ...args: ReadonlyArray<string>) =>
    Effect.flatMap(Endpoint, (endpoint) => run([command, ...args, "--endpoint", endpoint]))

  /** Waits until the program has looked at the job a few times. */
  const looked = (id: string) =>
    Fake.Fake.use((fake) => fake.requests).pipe(
      Effect.repeat({
        until: (requests) => requests.filter(({ body }) => body.includes(id)).length >= 3,
        schedule: Schedule.spaced("20 millis")
      })
    )

  it.effect("query prints the state and the result files", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const id = yield* fake.job({ run: "1 millis" })
      yield* Effect.sleep("20 millis")
      const { code, stdout } = yield* ask("query", id)
      assert.match(stdout, /^DONE {2}job \d{19}\nTYPE +HOST +LINK EXPIRES\nGLB +127\.0\.0\.1:\d+ +\d{4}-/)
      assert.strictEqual(code, 0)
    })
  )

  it.effect("query of a job that failed says why and exits with 2", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const id = yield* fake.job({
        run: "1 millis",
        outcome: { code: "FailedOperation.ServerError", message: "no mesh" }
      })
      yield* Effect.sleep("20 millis")
      const { code, stderr } = yield* ask("query", id)
      assert.match(stderr, /^hunyuan3d: Job \d+ failed: no mesh \(FailedOperation\.ServerError\)/)
      assert.strictEqual(code, 2)
    })
  )

  it.effect("wait --json prints one JSON object on standard output and the changes on standard error", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const id = yield* fake.job({ run: "1 hour" })
      const waiting = yield* Effect.forkChild(ask("wait", id, "--json", "--interval", "100ms"))
      yield* looked(id)
      yield* fake.complete(id)
      const { code, stdout, stderr } = yield* Fiber.join(waiting)
      const job = yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Job.Job))(stdout)
      assert.strictEqual(job._tag, "Done")
      assert.include(job.files[0]?.url ?? "", "q-signature=")
      assert.match(stderr, / RUN +the job is being computed\n.* DONE +the job is done\n$/)
      assert.strictEqual(code, 0)
    })
  )

  it.effect("wait exits with 2 when the job fails, and prints it as JSON too", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const id = yield* fake.job({ run: "1 millis", outcome: { code: "X", message: "no mesh" } })
      const { code, stdout } = yield* ask("wait", id, "--json", "--interval", "100ms")
      assert.strictEqual((yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Job.Job))(stdout))._tag, "Failed")
      assert.strictEqual(code, 2)
    })
  )

  it.effect("wait exits with 3 when its time has passed, and says that the job goes on", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const id = yield* fake.job({ run: "1 hour" })
      const { code, stderr } = yield* ask("wait", id, "--timeout", "300ms", "--interval", "100 millis")
      assert.match(stderr, /had not ended after .*last seen: RUN\). It goes on/)
      assert.strictEqual(code, 3)
    })
  )

  it.effect("an id that the service does not know exits with 4 and names the region that was asked", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* ask("wait", "1375367755519696896", "--region", "na-siliconvalley")
      assert.include(stderr, "no such job in the region that was asked, na-siliconvalley")
      assert.strictEqual(code, 4)
    })
  )

  it.effect("a wrong key exits with 4 and says what to check", () =>
    Effect.gen(function* () {
      const endpoint = yield* Endpoint
      const { code, stderr } = yield* run(["query", "1375367755519696896", "--endpoint", endpoint], {
        env: { ...credentials, TENCENTCLOUD_SECRET_KEY: "wrong" }
      })
      assert.match(stderr, /^hunyuan3d: .*credentials were not accepted.*AuthFailure\.SignatureFailure/)
      assert.strictEqual(code, 4)
    })
  )

  it.effect("the region may come from the environment", () =>
    Effect.gen(function* () {
      const endpoint = yield* Endpoint
      const { stderr } = yield* run(["query", "1375367755519696896", "--endpoint", endpoint], {
        env: { ...credentials, TENCENTCLOUD_REGION: "na-siliconvalley" }
      })
      assert.include(stderr, "asked, na-siliconvalley")
    })
  )

  it.effect("submit prints a ticket that wait takes up", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* ask("submit", "--kind", "rapid", "--prompt", "a teapot", "--json")
      const ticket = yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Job.JobTicket))(stdout)
      assert.strictEqual(code, 0)
      assert.strictEqual(ticket.kind, "Rapid")
      const fake = yield* Fake.Fake
      yield* fake.complete(ticket.jobId)
      const waited = yield* ask("wait", ticket.jobId, "--kind", "rapid")
      assert.strictEqual(waited.code, 0)
    })
  )

  it.effect("submit sends an image file as base64, other views too, and fields from a file", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      yield* fs.writeFile(`${directory}/a.png`, new Uint8Array([1, 2, 3]))
      yield* fs.writeFileString(`${directory}/request.json`, `{"FaceCount":5000}`)
      const { code, stderr } = yield* ask(
        "submit",
        "--enable-pbr",
        `--image=${directory}/a.png`,
        "--view=left=https://host.example/left.png",
        `--request=${directory}/request.json`
      )
      assert.strictEqual(code, 0, stderr)
      const last = (yield* Fake.Fake.use((fake) => fake.requests)).at(-1)
      assert.deepStrictEqual(JSON.parse(last?.body ?? ""), {
        FaceCount: 5000,
        ImageBase64: "AQID",
        MultiViewImages: [{ ViewType: "left", ViewImageUrl: "https://host.example/left.png" }],
        EnablePBR: true
      })
    })
  )

  it.effect("submit of a request that breaks a rule sends nothing and says what to change", () =>
    Effect.gen(function* () {
      const before = (yield* Fake.Fake.use((fake) => fake.requests)).length
      const { code, stderr } = yield* ask("submit", "--prompt", "a teapot", "--face-count", "5")
      assert.include(stderr, "whole number from 3000 to 1500000")
      assert.strictEqual(code, 1)
      assert.strictEqual((yield* Fake.Fake.use((fake) => fake.requests)).length, before)
    })
  )

  it.effect("watch --json prints one JSON object for each change", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const id = yield* fake.job({ run: "1 hour" })
      const watching = yield* Effect.forkChild(ask("watch", id, "--json", "--interval", "50ms"))
      yield* looked(id)
      yield* fake.complete(id)
      const { code, stdout } = yield* Fiber.join(watching)
      const jobs = yield* Effect.forEach(stdout.trim().split("\n"), (line) =>
        Schema.decodeUnknownEffect(Schema.fromJsonString(Job.Job))(line)
      )
      assert.deepStrictEqual(
        jobs.map((job) => job._tag),
        ["Running", "Done"]
      )
      assert.strictEqual(code, 0)
    })
  )

  it.effect("download writes the files, and keeps them when it is called again", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: 0 }))
      const first = yield* ask("download", id, "--out", directory)
      assert.strictEqual(first.code, 0, first.stderr)
      const bytes = yield* fs.readFile(`${directory}/${id}-glb.glb`)
      assert.strictEqual(new TextDecoder().decode(bytes.slice(0, 4)), "glTF")
      assert.include((yield* ask("download", id, "--out", directory)).stdout, "was there already")
    })
  )

  it.effect("download of a job that is not done says to wait first", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: "1 hour" }))
      const { code, stderr } = yield* ask("download", id)
      assert.include(stderr, `has no files yet; it is RUN. Wait for it first: hunyuan3d wait ${id} --kind pro`)
      assert.strictEqual(code, 1)
    })
  )

  it.effect("a recording of a wait replays without the service", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const file = `${yield* fs.makeTempDirectoryScoped()}/cassette.json`
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: 0 }))
      const recorded = yield* ask("query", id, "--transport", `record:${file}`)
      assert.strictEqual(recorded.code, 0, recorded.stderr)
      const endpoint = yield* Endpoint
      const replayed = yield* run(["query", id, "--transport", `replay:${file}`, "--endpoint", endpoint], { env: {} })
      assert.match(replayed.stdout, /^DONE/)
      assert.strictEqual(replayed.code, 0)
    })
  )

  it.effect("goes through the proxy that the environment names", () =>
    Effect.gen(function* () {
      const asked: Array<string | undefined> = []
      const proxy = createServer((request, response) => {
        asked.push(request.url)
        response.end(JSON.stringify({ Response: { Status: "RUN", RequestId: "r" } }))
      })
      yield* Effect.acquireRelease(
        Effect.callback<void>((resume) => {
          proxy.listen(0, "127.0.0.1", () => resume(Effect.void))
        }),
        () => Effect.sync(() => proxy.close())
      )
      const address = proxy.address()
      const port = typeof address === "object" ? address?.port : undefined
      const { code, stdout } = yield* run(["query", "1375367755519696896", "--endpoint", "http://127.9.9.9:9999"], {
        env: { ...credentials, HTTP_PROXY: `http://127.0.0.1:${port}` }
      })
      assert.match(stdout, /^RUN/)
      assert.deepStrictEqual(asked, ["http://127.9.9.9:9999/"])
      assert.strictEqual(code, 0)
    })
  )

  it.effect("serve on a port that is taken says so in one sentence", () =>
    Effect.gen(function* () {
      const { port } = new URL(yield* Endpoint)
      const { code, stderr } = yield* run(["serve", "--port", port])
      assert.match(stderr, /^hunyuan3d: Port \d+ cannot be listened on\..*\n$/)
      assert.strictEqual(code, 1)
    })
  )

  it.effect("a wait that was killed goes on when it is called again, and submits nothing", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const endpoint = yield* Endpoint
      const id = yield* fake.job({ run: "1 hour" })
      yield* run(["wait", id, "--endpoint", endpoint], { interruptAt: /RUN/, signal: "SIGKILL" })
      yield* fake.complete(id)
      assert.strictEqual((yield* ask("wait", id)).code, 0)
      const asked = (yield* fake.requests).filter(({ body }) => body.includes(id)).map(({ action }) => action)
      assert.deepStrictEqual(Array.from(new Set(asked)), ["QueryHunyuanTo3DProJob"])
    })
  )

  it.effect("Ctrl-C during a wait exits with 130 and says how to go on", () =>
    Effect.gen(function* () {
      const endpoint = yield* Endpoint
      const fake = yield* Fake.Fake
      const id = yield* fake.job({ run: "1 hour" })
      const { code, stderr } = yield* run(["wait", id, "--endpoint", endpoint], { interruptAt: /RUN/ })
      assert.include(stderr, `hunyuan3d wait ${id} --kind pro --region ap-singapore --endpoint ${endpoint}`)
      assert.strictEqual(code, 130)
    })
  )
})

describe("hunyuan3d without a service", () => {
  const failsWithOneSentence = (
    name: string,
    args: ReadonlyArray<string>,
    sentence: RegExp,
    env?: Record<string, string>
  ) =>
    it.live(name, () =>
      Effect.gen(function* () {
        const { code, stdout, stderr } = yield* run(args, env === undefined ? {} : { env })
        assert.match(stderr, sentence)
        assert.notMatch(stderr, /\n {4}at /)
        assert.strictEqual(stdout, "")
        assert.strictEqual(code, 1)
      })
    )

  failsWithOneSentence(
    "a missing credential is one sentence that says what to set",
    ["query", "1375367755519696896"],
    /^hunyuan3d: No credentials in the environment: set TENCENTCLOUD_SECRET_ID and .*\.\n$/,
    {}
  )
  failsWithOneSentence(
    "a malformed JobId is one sentence that says what a JobId is",
    ["wait", "12345"],
    /^hunyuan3d: "12345" is not a JobId\..*\n$/
  )
  failsWithOneSentence(
    "an endpoint that cannot be reached is one sentence that says why",
    ["wait", "1375367755519696896", "--endpoint", "http://127.0.0.1:9"],
    /^hunyuan3d: .*could not be reached \(.*ECONNREFUSED.*\)\. Check the network and the endpoint\.\n$/
  )
  failsWithOneSentence(
    "an endpoint that is no URL is one sentence",
    ["query", "1375367755519696896", "--endpoint", "hunyuan"],
    /^hunyuan3d: "hunyuan" is not an endpoint\..*\n$/
  )
  failsWithOneSentence(
    "plain http to another machine is refused before anything is sent",
    ["query", "1375367755519696896", "--endpoint", "http://example.com"],
    /^hunyuan3d: .*plain http is accepted for loopback hosts only.*\n$/
  )
  failsWithOneSentence(
    "a wrong duration is a sentence, not the whole help",
    ["wait", "1375367755519696896", "--interval", "5parsecs"],
    /^hunyuan3d: .*--interval.*500ms, 3s, 2m.*\nFor help: hunyuan3d wait --help\n$/
  )

  it.live("a result that cannot be written is no success", () =>
    Effect.gen(function* () {
      const sh = yield* Effect.callback<number | null>((resume) => {
        const child = execFile(
          "/bin/sh",
          ["-c", `"${process.execPath}" "${program}" sign > /dev/full`],
          { env: { PATH: process.env["PATH"], ...credentials } },
          () => resume(Effect.succeed(child.exitCode))
        )
      })
      assert.strictEqual(sh, 1)
    })
  )

  it.live("sign shows every step and a curl command, and no secret", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(["sign", "--payload", "{}", "--timestamp", "1551113065"])
      assert.include(stdout, "\ncontent-type;host;x-tc-action\n")
      assert.include(stdout, "TC3-HMAC-SHA256\n1551113065\n2019-02-25/hunyuan/tc3_request\n")
      assert.include(stdout, "curl 'https://hunyuan.intl.tencentcloudapi.com/'")
      assert.notInclude(stdout, credentials.TENCENTCLOUD_SECRET_KEY)
      assert.strictEqual(code, 0)
    })
  )

  it.live("serve prints its URL first, and stops when it is interrupted", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(["serve", "--time-scale", "60"], { interruptAt: /^http/ })
      assert.match(stdout, /^http:\/\/127\.0\.0\.1:\d+\n$/)
      assert.strictEqual(code, 130)
    })
  )

  it.live("the demo shows the way from WAIT to DONE in under 10 seconds and ends with the files", () =>
    Effect.gen(function* () {
      const directory = yield* FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())
      const { code, stdout, stderr } = yield* run(["demo"], { env: {}, cwd: directory }).pipe(
        Effect.timeout("12 seconds")
      )
      assert.match(stderr, /WAIT.*\n.*RUN.*\n.*DONE.*\n$/)
      assert.match(
        stdout,
        /\nTYPE +HOST +LINK EXPIRES\nGLB +\S+ +\d{4}-\d\d-\d\d \d\d:\d\d UTC, in 2\d h \d+ min\nFILE +SIZE\ndemo-models\/\d+-glb\.glb +\d+ B\n$/
      )
      assert.strictEqual(code, 0)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})

describe("parseDuration", () => {
  it("takes durations as people and as Effect write them", () => {
    const millis = (text: string) => Option.getOrUndefined(Option.map(parseDuration(text), Duration.toMillis))
    assert.deepStrictEqual(
      ["500ms", "3s", "2m", "1.5h", "3 seconds", "1 minute", " 3s "].map(millis),
      [500, 3000, 120_000, 5_400_000, 3000, 60_000, 3000]
    )
  })
  it("refuses what is no positive, finite time", () => {
    for (const text of ["", "3", "s", "-1s", "0s", "Infinity", "3 parsecs", "1s2", "1e3s"]) {
      assert.isTrue(Option.isNone(parseDuration(text)), text)
    }
  })
})

it("a failure that has no exit code of its own exits with 1", () => {
  assert.strictEqual(exitCode(new Error("anything")), 1)
  assert.strictEqual(exitCode(Exit.fail("x")), 1)
})
