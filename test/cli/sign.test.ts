import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Ref } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as Job from "../../src/job/Job.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { outputOf } from "./output.ts"
import { answering, credentials, plain, run } from "./run.ts"

const WithoutService = Effect.provide(answering({}))

describe("hunyuan3d sign", () => {
  it.effect("shows every step and a curl command, and no secret", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(["sign", "--payload", `{"a":"it's"}`, "--timestamp", "1551113065"])
      assert.include(stdout, "\ncontent-type;host;x-tc-action\n")
      assert.include(stdout, "TC3-HMAC-SHA256\n1551113065\n2019-02-25/hunyuan/tc3_request\n")
      assert.include(stdout, "x-tc-version: 2023-09-01\n")
      assert.include(stdout, "curl 'https://hunyuan.intl.tencentcloudapi.com/'")
      assert.include(stdout, `--data-raw '{"a":"it'\\''s"}'\n`)
      assert.notInclude(stdout, credentials.TENCENTCLOUD_SECRET_KEY)
      assert.strictEqual(code, 0)
    }).pipe(WithoutService)
  )

  it.effect("shows the headers that a query sends, all of them", () =>
    Effect.gen(function* () {
      const sent = yield* Ref.make<Readonly<Record<string, string>>>({})
      const fake = yield* HttpClient.HttpClient
      const client = HttpClient.make((request) =>
        Effect.andThen(Ref.set(sent, { ...request.headers }), fake.execute(request))
      )
      const id = "1375367755519696896"
      const jobs = QueryJob.layer.pipe(
        Layer.provide([Layer.succeed(HttpClient.HttpClient, client), Credentials.layer(Fake.credential)])
      )
      yield* QueryJob.QueryJob.use(({ query }) => query(Job.JobId.make(id))).pipe(Effect.flip, Effect.provide(jobs))
      const { stdout } = yield* run(["sign", "--payload", `{"JobId":"${id}"}`, "--json"])
      assert.deepStrictEqual((yield* outputOf(stdout)).signed?.headers, yield* Ref.get(sent))
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("goes to the endpoint and the region that are given", () =>
    Effect.gen(function* () {
      const flags = ["--endpoint", "http://localhost:8080", "--region", "eu-frankfurt", "--service", "ai3d"]
      const { stdout } = yield* run(["sign", "--api-version", "2025-05-13", "--action", "Other", ...flags])
      assert.include(stdout, "\nhost:localhost:8080\n")
      assert.include(stdout, "/ai3d/tc3_request\n")
      assert.include(stdout, "x-tc-region: eu-frankfurt\n")
      assert.include(stdout, "x-tc-version: 2025-05-13\n")
      assert.include(stdout, "x-tc-action: Other\n")
    }).pipe(WithoutService)
  )

  it.effect.each([
    [["--region", "a b"], /region/],
    [["--service", "a b"], /--service/],
    [["--endpoint", "http://host.example"], /loopback/]
  ] as const)("refuses %j, which makes no request", ([flags, sentence]) =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["sign", ...flags])
      assert.match(stderr, sentence)
      assert.strictEqual(code, 1)
    }).pipe(WithoutService)
  )

  it.effect("leaves a session token to the shell", () =>
    Effect.gen(function* () {
      const { stdout } = yield* run(["sign"], { env: { ...credentials, TENCENTCLOUD_SESSION_TOKEN: "secret-token" } })
      assert.include(stdout, `-H "x-tc-token: \${TENCENTCLOUD_SESSION_TOKEN:-$TENCENTCLOUD_TOKEN}"`)
      assert.notInclude(stdout, "secret-token")
    }).pipe(WithoutService)
  )

  it.effect("logs no attempt, since it makes none", () =>
    Effect.gen(function* () {
      assert.notInclude((yield* run(["sign", "--verbose"])).stderr, "attempt")
    }).pipe(WithoutService)
  )

  it.effect("says in one sentence which credentials are missing", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["sign"], { env: {} })
      assert.match(stderr, /^hunyuan3d: .*TENCENTCLOUD_SECRET_ID.*\n$/)
      assert.strictEqual(code, 1)
    }).pipe(WithoutService)
  )
})

/** The pair that the vendor publishes as an example, by which the captures are signed. */
const env = {
  TENCENTCLOUD_SECRET_ID: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
  TENCENTCLOUD_SECRET_KEY: "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
  NO_COLOR: "1"
}

const captureOf = (name: string) => fileURLToPath(new URL(`captured/captures/${name}`, import.meta.url))

describe("hunyuan3d sign --compare", () => {
  it.effect("prints what was captured, the mistake, and both lines, and exits with 6", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* run(["sign", "--compare", captureOf("devtools.har")], { env })
      assert.strictEqual(
        stdout,
        [
          "This is a HAR: QueryHunyuanTo3DProJob to hunyuan.intl.tencentcloudapi.com, signed with the SecretId AKIDz8kr….",
          "Mistake: The date in the scope is `2026-05-29`, but the timestamp 1780000000 is on `2026-05-28` in UTC. Use the UTC date of the timestamp, wherever the program runs.",
          "    expected  2026-05-28/hunyuan/tc3_request",
          "    signed    2026-05-29/hunyuan/tc3_request",
          ""
        ].join("\n")
      )
      assert.strictEqual(stderr, "hunyuan3d: The request has a mistake. Correct it, and sign again.\n")
      assert.strictEqual(code, 6)
    }).pipe(WithoutService)
  )

  it.effect("prints what the documentation shows", () =>
    Effect.gen(function* () {
      for (const [file, page] of [
        ["python-body.txt", "troubleshooting.md"],
        ["devtools.har", "cli.md"]
      ] as const) {
        const { stdout } = yield* run(["sign", "--compare", captureOf(file)], { env })
        assert.include(readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8"), stdout)
      }
    }).pipe(WithoutService)
  )

  it.effect("takes standard input, and exits with 0 where the signature is right", () =>
    Effect.gen(function* () {
      const stdin = readFileSync(captureOf("go-sdk.txt"), "utf8")
      const { code, stdout } = yield* run(["sign", "--compare", "-"], { env, stdin })
      assert.include(stdout, "The signature is right")
      assert.strictEqual(code, 0)
    }).pipe(WithoutService)
  )

  it.effect("takes what sign prints, as a curl command whose signature is right", () =>
    Effect.gen(function* () {
      const signed = yield* run(["sign", "--payload", `{"a":"it's"}`], {
        env: { ...env, TENCENTCLOUD_TOKEN: "secret-token" }
      })
      const { code, stdout } = yield* run(["sign", "--compare", "-", "--json"], { env, stdin: signed.stdout })
      const { comparison } = yield* outputOf(stdout)
      assert.deepInclude(comparison, { verdict: "right", form: "a curl command" })
      assert.strictEqual(code, 0)
    }).pipe(WithoutService)
  )

  it.effect("exits with 7 where nothing explains the signature", () =>
    Effect.gen(function* () {
      const other = { ...env, TENCENTCLOUD_SECRET_KEY: "another" }
      const { code, stderr } = yield* run(["sign", "--compare", captureOf("curl.txt")], { env: other })
      assert.match(stderr, /^hunyuan3d: No single mistake.*hunyuan3d sign --action QueryHunyuanTo3DProJob/)
      assert.strictEqual(code, 7)
    }).pipe(WithoutService)
  )

  it.effect.each([
    ["devtools.har", {}, "mistake", "SignatureMistake", 6],
    ["curl.txt", { TENCENTCLOUD_SECRET_KEY: "another" }, "unsure", "SignatureUnexplained", 7],
    ["curl.txt", {}, "right", undefined, undefined]
  ] as const)("gives a script the same of %s with %j", ([file, changed, verdict, code, exitCode]) =>
    Effect.gen(function* () {
      const { stdout } = yield* run(["sign", "--compare", captureOf(file), "--json"], { env: { ...env, ...changed } })
      const { comparison, error } = yield* outputOf(stdout)
      assert.strictEqual(comparison?.verdict, verdict)
      assert.deepStrictEqual([error?.code, error?.exitCode], [code, exitCode])
    }).pipe(WithoutService)
  )

  it.effect("says of what it cannot read what is missing, and exits with 1", () =>
    Effect.gen(function* () {
      for (const [file, stdin, sentence] of [
        ["-", "hello", /There is no request in this text.*curl command/],
        ["-", "", /nothing to compare/],
        ["no-such-file", "", /--compare no-such-file: There is no such file/]
      ] as const) {
        const { code, stderr } = yield* run(["sign", "--compare", file], { env, stdin })
        assert.match(stderr, sentence)
        assert.strictEqual(code, 1)
      }
    }).pipe(WithoutService)
  )

  it.effect("lets nothing that was captured steer the terminal", () =>
    Effect.gen(function* () {
      const stdin = readFileSync(captureOf("raw.txt"), "utf8").replace(
        "X-TC-Action: Query",
        "X-TC-Action: \u001b[2JQuery"
      )
      const { stderr, stdout } = yield* run(["sign", "--compare", "-"], { env, stdin, isTerminal: true })
      assert.notInclude(stdout + stderr, "\u001b[2J")
      assert.include(plain(stdout), "\\u001b[2JQuery")
    }).pipe(WithoutService)
  )
})
