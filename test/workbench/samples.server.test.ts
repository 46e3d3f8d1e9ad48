/** The code that the workbench shows, run as a person would who pastes it: against a fake behind a socket. */
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import type * as Schema from "effect/Schema"
import * as fc from "fast-check"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Fake from "../../src/testing/Fake.ts"
import type { Sample } from "../../src/workbench/Api.ts"
import { samples } from "../../src/workbench/tools/samples.ts"
import { jsonText } from "../support/arbitraries.ts"
import { serveFake } from "../support/fakeServer.ts"
import { programPath, temporaryFolder } from "../support/processes.ts"
import { property } from "../support/property.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

const keys = {
  TENCENTCLOUD_SECRET_ID: Fake.credential.secretId,
  TENCENTCLOUD_SECRET_KEY: Redacted.value(Fake.credential.secretKey)
}

/** Runs a program in a folder, and gives what it printed. */
const run = (file: string, args: ReadonlyArray<string>, cwd: string, env: Readonly<Record<string, string>> = {}) =>
  Effect.callback<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resume) => {
    const options = { cwd, env: { PATH: process.env["PATH"] ?? "", HOME: cwd, ...keys, ...env } }
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      resume(Effect.succeed({ code: error === null ? 0 : Number(error.code), stdout, stderr }))
    })
    return Effect.sync(() => child.kill())
  })

/** A folder inside the repository, where imports find its packages. */
const folderInside = Effect.acquireRelease(
  Effect.sync(() => {
    fs.mkdirSync(path.join(root, ".cache"), { recursive: true })
    return fs.mkdtempSync(path.join(root, ".cache/sample-"))
  }),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

const nasty = `it's "a" $(touch pwned) \`cat\` \\ brass ✓ teapot`

/** The sample of a name, for a fake that listens. */
const sampleOf = (
  name: Sample["name"],
  request: Readonly<Record<string, Schema.Json>>,
  host: string,
  kind: JobKind.Any = JobKind.Pro
) => {
  const found = samples(kind, request, { endpoint: `http://${host}`, region: "eu-frankfurt" }).find(
    (sample) => sample.name === name
  )
  return found?.code ?? ""
}

const submitted = (fake: Fake.Fake["Service"], kind: JobKind.Any) =>
  Effect.map(fake.requests, (requests) =>
    requests.filter(({ action }) => action === kind.submit.action).map(({ body }): unknown => JSON.parse(body))
  )

const request = { Prompt: nasty, EnablePBR: true, FaceCount: 40_000 }

describe("the code of the workbench", () => {
  it.live.skipIf(programPath("curl") === undefined || programPath("openssl") === undefined)(
    "for curl signs in a shell, and the service takes it",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder("sample")
        const { fake, host } = yield* serveFake()
        fs.writeFileSync(path.join(folder, "call.sh"), sampleOf("curl", request, host))
        const { stderr, stdout } = yield* run("bash", ["call.sh"], folder)
        assert.match(stdout, /"JobId":"\d+"/, stderr)
        assert.deepStrictEqual(yield* submitted(fake, JobKind.Pro), [request])
        assert.deepStrictEqual(fs.readdirSync(folder), ["call.sh"])
      })
  )

  it.live.skipIf(programPath("curl") === undefined || programPath("openssl") === undefined)(
    "for curl reads an image from its file",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder("sample")
        const { fake, host } = yield* serveFake()
        fs.writeFileSync(path.join(folder, "image.png"), Buffer.alloc(3000, 7))
        fs.writeFileSync(path.join(folder, "call.sh"), sampleOf("curl", { ImageBase64: "AAAA" }, host))
        yield* run("bash", ["call.sh"], folder)
        assert.deepStrictEqual(yield* submitted(fake, JobKind.Pro), [
          { ImageBase64: Buffer.alloc(3000, 7).toString("base64") }
        ])
      })
  )

  for (const [what, credential] of [
    ["a temporary key", { ...Fake.credential, token: Redacted.make("secret-token") }],
    ["a key longer than a block of the digest", { secretId: "AKIDLONG", secretKey: Redacted.make("k%s\\x".repeat(20)) }]
  ] as const)
    it.live.skipIf(programPath("curl") === undefined || programPath("openssl") === undefined)(
      `for curl signs with ${what}, which no program gets as an argument`,
      () =>
        Effect.gen(function* () {
          const folder = yield* temporaryFolder("sample")
          const { fake, host } = yield* serveFake({ credential })
          const bin = path.join(folder, "bin")
          fs.mkdirSync(bin)
          for (const name of ["curl", "cut", "date", "od", "openssl", "sed", "tr"]) {
            const seen = `#!/bin/sh\nprintf '%s\\n' "$@" >> '${folder}/arguments'\nexec '${programPath(name)}' "$@"\n`
            fs.writeFileSync(path.join(bin, name), seen, { mode: 0o755 })
          }
          fs.writeFileSync(path.join(folder, "call.sh"), sampleOf("curl", request, host))
          const key = Redacted.value(credential.secretKey)
          const { stderr, stdout } = yield* run("bash", ["call.sh"], folder, {
            PATH: `${bin}:${process.env["PATH"]}`,
            TENCENTCLOUD_SECRET_ID: credential.secretId,
            TENCENTCLOUD_SECRET_KEY: key,
            ...("token" in credential ? { TENCENTCLOUD_SESSION_TOKEN: Redacted.value(credential.token) } : {})
          })
          assert.match(stdout, /"JobId":"\d+"/, stdout + stderr)
          assert.deepStrictEqual(yield* submitted(fake, JobKind.Pro), [request])
          const seen = fs.readFileSync(path.join(folder, "arguments"), "utf8")
          assert.include(seen, "X-TC-Action: SubmitHunyuanTo3DProJob")
          for (const secret of [key, Buffer.from(key).toString("hex"), "secret-token"]) assert.notInclude(seen, secret)
        })
    )

  it.live("for curl leaves open the shell that it is pasted into, where there is no key", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder("sample")
      const pasted = `unset TENCENTCLOUD_SECRET_KEY\n${sampleOf("curl", request, "127.0.0.1:1")}echo "still here: $UNSET"`
      const { stderr, stdout } = yield* run("bash", ["-c", pasted], folder)
      assert.include(stdout, "still here: ")
      assert.match(stderr, /TENCENTCLOUD_SECRET_KEY: unbound variable/)
    })
  )

  it.live("for this program generates the model", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder("sample")
      const { fake, host } = yield* serveFake({ run: 0 })
      const bin = path.join(root, "src/cli/bin.ts")
      const command = sampleOf("program", request, host).replace("hunyuan3d", `'${process.execPath}' '${bin}'`)
      const { code, stderr } = yield* run("sh", ["-c", command], folder, { XDG_STATE_HOME: folder })
      assert.strictEqual(code, 0, stderr)
      assert.deepStrictEqual(yield* submitted(fake, JobKind.Pro), [request])
      assert.isTrue(fs.readdirSync(path.join(folder, "models")).some((name) => name.endsWith(".glb")))
      assert.isFalse(fs.existsSync(path.join(folder, "pwned")))
    })
  )

  it.live("for Effect is a program that has no type error, and generates the model", () =>
    Effect.gen(function* () {
      const { fake, host } = yield* serveFake({ run: 0 })
      const folder = yield* folderInside
      // The library from its sources, since tests run before the package is built.
      const code = sampleOf("effect", request, host).replace('"effect-hunyuan3d"', '"../../src/index.ts"')
      fs.writeFileSync(path.join(folder, "sample.ts"), code)
      const config = { extends: path.join(root, "tsconfig.json"), include: ["sample.ts"], exclude: [] }
      fs.writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(config))
      const checked = yield* run(
        process.execPath,
        [path.join(root, "node_modules/typescript/bin/tsc"), "-p", folder],
        folder
      )
      assert.strictEqual(checked.code, 0, checked.stdout)
      const { stderr, stdout } = yield* run(process.execPath, ["sample.ts"], folder)
      assert.match(stdout, /models\/\d+-glb\.glb\n/, stderr)
      assert.deepStrictEqual(yield* submitted(fake, JobKind.Pro), [request])
    })
  )

  it.live("for the vendor's SDK on Node submits the job and follows it to its end", () =>
    Effect.gen(function* () {
      const { fake, host } = yield* serveFake({ run: 0 })
      const folder = yield* folderInside
      fs.writeFileSync(
        path.join(folder, "sample.mjs"),
        sampleOf("sdk-node", request, host).replace("setTimeout(5000)", "setTimeout(50)")
      )
      const { stderr, stdout } = yield* run(process.execPath, ["sample.mjs"], folder)
      assert.match(stdout, /DONE\n[^]*PreviewImageUrl/, stderr)
      assert.deepStrictEqual(yield* submitted(fake, JobKind.Pro), [request])
    })
  )

  it.live.skipIf(programPath("python3") === undefined)(
    "for the vendor's SDK for Python makes the right calls of it, where a stand-in takes the place of the SDK",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder("sample")
        const common = path.join(folder, "tencentcloud/common")
        fs.mkdirSync(path.join(common, "profile"), { recursive: true })
        for (const file of ["../__init__.py", "__init__.py", "profile/__init__.py"])
          fs.writeFileSync(path.join(common, file), "")
        fs.writeFileSync(path.join(common, "credential.py"), "class Credential:\n    def __init__(self, *args): pass\n")
        const standIn = (name: string) =>
          `class ${name}:\n    def __init__(self, **options): self.__dict__.update(options)\n`
        fs.writeFileSync(path.join(common, "profile/client_profile.py"), standIn("ClientProfile"))
        fs.writeFileSync(path.join(common, "profile/http_profile.py"), standIn("HttpProfile"))
        fs.writeFileSync(
          path.join(common, "common_client.py"),
          [
            "import json",
            "class CommonClient:",
            "    def __init__(self, *args, **options): self.host = options['profile'].httpProfile.endpoint",
            "    def call_json(self, action, params):",
            "        print(json.dumps([self.host, action, params]))",
            "        return {'Response': {'JobId': '1', 'Status': 'DONE', 'ResultFile3Ds': []}}"
          ].join("\n")
        )
        const code = sampleOf("sdk-python", request, "127.0.0.1:1").replace("time.sleep(5)", "time.sleep(0)")
        fs.writeFileSync(path.join(folder, "sample.py"), code)
        const { stderr, stdout } = yield* run("python3", ["sample.py"], folder, { PYTHONIOENCODING: "utf-8" })
        const [submit = "[]", query = "[]"] = stdout.split("\n").filter((line) => line.startsWith("["))
        assert.deepStrictEqual(JSON.parse(submit), ["127.0.0.1:1", JobKind.Pro.submit.action, request], stderr)
        assert.deepStrictEqual(JSON.parse(query), ["127.0.0.1:1", JobKind.Pro.query.action, { JobId: "1" }])
      })
  )

  property(
    "for the vendor's SDK for Python has the request as a literal, as far as there is a Python to read it",
    [fc.array(jsonText({ stringUnit: "binary" }), { minLength: 1, maxLength: 50 })],
    (texts) =>
      Effect.gen(function* () {
        const python = programPath("python3")
        if (python === undefined) return
        const folder = yield* temporaryFolder("sample")
        const action = `"${JobKind.Pro.submit.action}", `
        const requests = texts.map((text): Readonly<Record<string, Schema.Json>> => ({ Prompt: JSON.parse(text) }))
        const literals = requests.map((request) => {
          const code = sampleOf("sdk-python", request, "127.0.0.1:1")
          return code.slice(code.indexOf(action) + action.length, code.indexOf(")\njob_id"))
        })
        fs.writeFileSync(path.join(folder, "literals.json"), JSON.stringify(literals))
        const read =
          "import ast, json; print(json.dumps([ast.literal_eval(x) for x in json.load(open('literals.json'))]))"
        const { stderr, stdout } = yield* run(python, ["-c", read], folder)
        assert.deepStrictEqual(JSON.parse(stdout || "null"), JSON.parse(JSON.stringify(requests)), stderr)
      }),
    { runs: 8, timeout: 180_000 }
  )
})
