import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, FileSystem, Layer, Redacted, Result } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { TestClock } from "effect/testing"
import { byCode } from "../../src/cli/doctor/answers.ts"
import type { Verdict } from "../../src/cli/doctor/check.ts"
import { mistakeIn, rules } from "../../src/cli/doctor/form.ts"
import { key as keyCheck } from "../../src/cli/doctor/key.ts"
import { probe } from "../../src/cli/doctor/probe.ts"
import * as Endpoint from "../../src/cloud/Endpoint.ts"
import * as Journal from "../../src/job/Journal.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { outputOf } from "./output.ts"
import { answering, run, sharedJournal, start } from "./run.ts"

const now = "2026-12-01T10:00:00Z"

// Of the vendor's documentation.
const id = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE"
const key = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
const pair = { TENCENTCLOUD_SECRET_ID: id, TENCENTCLOUD_SECRET_KEY: key }
const credential = { secretId: id, secretKey: Redacted.make(key) }

type Options = NonNullable<Parameters<typeof run>[1]>
type Ended = Effect.Success<ReturnType<typeof run>>

const onDisk = (directory: string) =>
  Journal.layerDirectory(directory).pipe(Layer.provide([NodeFileSystem.layer, NodePath.layer]))

/** A machine on which all is well. */
const machine = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const home = yield* fs.makeTempDirectoryScoped()
  yield* TestClock.setTime(DateTime.makeUnsafe(now).epochMilliseconds)
  return { fs, home, env: { ...pair, HOME: home } }
})

/** What it says with --json of each check. The exit code is that of the worst. */
const examined = Effect.fnUntraced(function* ({ code, stderr, stdout }: Ended) {
  const { checks = [], error, ok } = yield* outputOf(stdout)
  const has = (verdict: Verdict) => checks.some((check) => check.verdict === verdict)
  assert.strictEqual(code, has("problem") ? 6 : has("unsure") ? 7 : 0, stderr)
  assert.strictEqual(error?.exitCode ?? 0, code)
  assert.strictEqual(ok, code === 0)
  return { stdout, stderr, check: (name: string) => checks.find((check) => check.name === name) }
})

const examine = (options: Options, ...args: ReadonlyArray<string>) =>
  Effect.flatMap(run(["doctor", "--json", ...args], options), examined)

/** The same where each attempt fails so that it is retried. */
const examineRetried = Effect.fnUntraced(function* (options: Options, ...args: ReadonlyArray<string>) {
  const examining = yield* start(["doctor", "--json", ...args], options)
  for (const attempt of [1, 2, 3]) {
    yield* examining.prints(new RegExp(`ttempt ${attempt}`))
    yield* TestClock.adjust("5 seconds")
  }
  return yield* examined(yield* examining.ended)
})

const WithFake = Effect.provide(Layer.merge(Fake.layer({ credential }), NodeFileSystem.layer))

/** The fake, but for the hosts that this answers in its place. */
const answered = (by: (host: string) => HttpServerResponse.HttpServerResponse | undefined) =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (fake) =>
      HttpClient.make((request, url) => {
        const answer = by(url.host)
        return answer === undefined
          ? fake.execute(request)
          : Effect.succeed(HttpServerResponse.toClientResponse(answer, { request }))
      })
    )
  ).pipe(Layer.provideMerge(Layer.merge(Fake.layer({ credential }), NodeFileSystem.layer)))

const refusal = (Code: string, headers: Readonly<Record<string, string>> = {}) =>
  HttpServerResponse.jsonUnsafe(
    { Response: { Error: { Code, Message: "planted-message" }, RequestId: "r-1" } },
    { headers }
  )

describe("hunyuan3d doctor", () => {
  it.effect("finds nothing wrong where nothing is, sends nothing, and says how to query the service", () =>
    Effect.gen(function* () {
      const { env } = yield* machine
      const { code, stderr, stdout } = yield* run(["doctor"], { env })
      assert.strictEqual(code, 0)
      assert.match(stdout, /^(ok {7}\w+ .*\n){11}$/)
      assert.match(stderr, /^The service was not queried\. .* hunyuan3d doctor --check-api\n$/)
      assert.deepStrictEqual(yield* Fake.Fake.use((fake) => fake.requests), [])
    }).pipe(WithFake)
  )

  it.effect("says in one sentence what the problems are, and exits with 6", () =>
    Effect.gen(function* () {
      const { env } = yield* machine
      const { code, stderr, stdout } = yield* run(["doctor", "--region", "ap singapore"], {
        env: { ...env, TENCENTCLOUD_SECRET_KEY: id }
      })
      assert.strictEqual(code, 6)
      assert.match(stdout, /^problem {2}key .*same text\n {22}Copy .*\n/m)
      assert.match(stderr, /hunyuan3d: There is a problem: key, region\.\n$/)
    }).pipe(WithFake)
  )

  it.effect("refuses an --endpoint that is none as every command does", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["doctor", "--endpoint", "https://user:hunter2@host.example"])
      assert.match(stderr, /^hunyuan3d: --endpoint is not usable\./)
      assert.strictEqual(code, 1)
    }).pipe(WithFake)
  )
})

describe("what doctor says of", () => {
  /** The verdict on one thing, and what is found, with this environment in place of a good one. */
  const verdictOn = Effect.fnUntraced(function* (name: string, options: Options, ...args: ReadonlyArray<string>) {
    const { home, env } = yield* machine
    const { check } = yield* examine({ ...options, env: { HOME: home, ...(options.env ?? env) } }, ...args)
    return [check(name)?.verdict, check(name)?.found ?? ""] as const
  })

  const cases = (
    name: string,
    examples: ReadonlyArray<
      readonly [said: string, verdict: Verdict, found: RegExp, options: Options, ...args: ReadonlyArray<string>]
    >
  ) => {
    for (const [said, verdict, found, options, ...args] of examples) {
      it.effect(`${name}: ${said}`, () =>
        Effect.gen(function* () {
          const [is, text] = yield* verdictOn(name, options, ...args)
          assert.strictEqual(is, verdict, text)
          assert.match(text, found)
        }).pipe(WithFake)
      )
    }
  }

  cases("node", [
    ["one with long support", "ok", /Node 24\.21\.0/, {}],
    ["one without", "warning", /Node 25\.1\.0/, { node: "25.1.0" }],
    ["one that is too old", "problem", /Node 22\.18\.0/, { node: "22.18.0" }]
  ])

  cases("environment", [
    ["names that are set", "ok", /^Set: TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY$/, {}],
    ["nothing that is set", "ok", /^No name/, { env: {} }],
    [
      "a name without a value",
      "warning",
      /^Set and empty: TENCENTCLOUD_TOKEN$/,
      { env: { ...pair, TENCENTCLOUD_TOKEN: " " } }
    ],
    [
      "white space around a value",
      "warning",
      /White space around: TENCENTCLOUD_SECRET_KEY$/,
      { env: { ...pair, TENCENTCLOUD_SECRET_KEY: `\ufeff${key}\r\n` } }
    ],
    ["a name that is not read", "warning", /Not read: TENCENT_SECRET_ID$/, { env: { TENCENT_SECRET_ID: id } }]
  ])

  cases("key", [
    ["one that looks right", "ok", /^AKIDz8kr…MPLE, permanent, from the environment$/, {}],
    [
      "a temporary one",
      "ok",
      /temporary/,
      { env: { ...pair, TENCENTCLOUD_SECRET_ID: `${id}_${id}`, TENCENTCLOUD_TOKEN: "token" } }
    ],
    ["one of an unusual form", "warning", /AKIDFAKE/, { env: { ...pair, TENCENTCLOUD_SECRET_ID: "AKIDFAKE" } }],
    [
      "an id and its key that are swapped",
      "problem",
      /swapped/,
      { env: { TENCENTCLOUD_SECRET_ID: key, TENCENTCLOUD_SECRET_KEY: id } }
    ],
    ["one in quotes", "problem", /no key/, { env: { ...pair, TENCENTCLOUD_SECRET_KEY: `"${key}"` } }],
    ["none", "problem", /no key/, { env: {} }],
    ["an id without its key", "problem", /no key/, { env: { TENCENTCLOUD_SECRET_ID: id } }]
  ])

  cases("proxy", [
    ["none", "ok", /^No proxy/, {}],
    [
      "one that is used, without its password",
      "ok",
      /^http:\/\/proxy\.example:8080, from HTTPS_PROXY, but for the hosts of NO_PROXY: \.example$/,
      { env: { ...pair, HTTPS_PROXY: "http://planted:planted@proxy.example:8080", NO_PROXY: ".example" } }
    ],
    ["one that is not read", "warning", /ALL_PROXY/, { env: { ...pair, ALL_PROXY: "http://proxy.example" } }],
    ["one that is no URL", "problem", /^HTTPS_PROXY is no URL/, { env: { ...pair, HTTPS_PROXY: "proxy planted" } }]
  ])

  cases("endpoint", [
    ["the service's", "ok", /^https:\/\/hunyuan\.intl\.tencentcloudapi\.com$/, {}],
    ["one of this machine", "ok", /on this machine$/, {}, "--endpoint", "http://127.0.0.1:8123"],
    ["another", "warning", /not the service's host/, {}, "--endpoint", "https://host.example"],
    ["the mainland's", "problem", /mainland/, {}, "--endpoint", "https://ai3d.tencentcloudapi.com"],
    ["one without encryption", "problem", /no encryption/, {}, "--endpoint", "http://host.example"]
  ])

  cases("region", [
    ["one that is known", "ok", /^eu-frankfurt$/, {}, "--region", "eu-frankfurt"],
    [
      "one of the environment",
      "ok",
      /^na-siliconvalley, from TENCENTCLOUD_REGION$/,
      { env: { ...pair, TENCENTCLOUD_REGION: "na-siliconvalley" } }
    ],
    ["one that is not known", "warning", /^ap-guangzhou/, {}, "--region", "ap-guangzhou"],
    ["what is no name", "problem", /no name/, {}, "--region", "Frankfurt am Main"]
  ])

  it.effect("the clock: a time that can be, and one that cannot", () =>
    Effect.gen(function* () {
      const { env } = yield* machine
      assert.strictEqual((yield* examine({ env })).check("clock")?.verdict, "ok")
      yield* TestClock.setTime(0)
      assert.strictEqual((yield* examine({ env })).check("clock")?.verdict, "problem")
    }).pipe(WithFake)
  )

  it.effect("files of keys: none, one for its owner, and one that others can read", () =>
    Effect.gen(function* () {
      const { env, fs, home } = yield* machine
      assert.match((yield* examine({ env })).check("files")?.found ?? "", /no files/)
      yield* fs.makeDirectory(`${home}/.tccli`)
      yield* fs.writeFileString(`${home}/.tccli/default.credential`, "{}", { mode: 0o600 })
      assert.strictEqual((yield* examine({ env })).check("files")?.verdict, "ok")
      yield* fs.chmod(`${home}/.tccli/default.credential`, 0o644)
      const files = (yield* examine({ env })).check("files")
      assert.strictEqual(files?.verdict, "warning")
      assert.strictEqual(files?.advice, `Run: chmod 600 ${home}/.tccli/default.credential`)
    }).pipe(WithFake)
  )

  it.effect(
    "the state directory: one to be made, one that is there, one that others can read, and none that can be",
    () =>
      Effect.gen(function* () {
        const { env, fs, home } = yield* machine
        const state = `${home}/state`
        const of = (place: string) =>
          Effect.map(examine({ env: { ...env, XDG_STATE_HOME: place } }), ({ check }) => check("state"))
        assert.match((yield* of(state))?.found ?? "", /will be made/)
        yield* fs.makeDirectory(`${state}/hunyuan3d/journal`, { recursive: true, mode: 0o700 })
        assert.strictEqual((yield* of(state))?.found, `${state}/hunyuan3d/journal`)
        yield* fs.chmod(`${state}/hunyuan3d/journal`, 0o755)
        assert.strictEqual((yield* of(state))?.verdict, "warning")
        yield* fs.writeFileString(`${home}/file`, "")
        assert.strictEqual((yield* of(`${home}/file`))?.verdict, "problem")
        const { check } = yield* examine({ env: pair })
        assert.match(check("state")?.found ?? "", /no place/)
      }).pipe(WithFake)
  )

  it.effect("the journal: entries that can be read, one that cannot, and a journal that cannot", () =>
    Effect.gen(function* () {
      const { env, fs, home } = yield* machine
      const { journal } = yield* sharedJournal
      yield* run(["submit", "a teapot"], { env, journal })
      assert.match((yield* examine({ env, journal })).check("journal")?.found ?? "", /has 1 entry$/)
      const directory = `${home}/journal`
      yield* fs.makeDirectory(directory)
      yield* fs.writeFileString(`${directory}/order-1.1.jsonl`, "broken")
      const damaged = yield* examine({ env, journal: onDisk(directory) })
      assert.strictEqual(damaged.check("journal")?.verdict, "warning")
      assert.include(damaged.check("journal")?.found, "order-1")
      yield* fs.writeFileString(`${home}/file`, "")
      const none = yield* examine({ env, journal: onDisk(`${home}/file`) })
      assert.strictEqual(none.check("journal")?.verdict, "problem")
    }).pipe(WithFake)
  )
})

describe("hunyuan3d doctor --check-api", () => {
  const sites = { international: "hunyuan.intl.tencentcloudapi.com", mainland: "ai3d.tencentcloudapi.com" }
  const console = /console\.tencentcloud\.com/

  it.effect("finds all well where the service knows no such job, and starts none", () =>
    Effect.gen(function* () {
      const { env } = yield* machine
      const { check, stderr } = yield* examine({ env }, "--check-api")
      assert.strictEqual(check("api")?.verdict, "ok")
      assert.match(check("api")?.found ?? "", /^FailedOperation\.JobNotFound\. .* right\. .* \[request [\w-]+\]$/)
      assert.isUndefined(check("site"))
      assert.strictEqual(stderr, "")
      const requests = yield* Fake.Fake.use((fake) => fake.requests)
      assert.deepStrictEqual(
        requests.map(({ headers, body }) => [headers["x-tc-action"], body]),
        [["QueryHunyuanTo3DProJob", '{"JobId":"1000000000000000000"}']]
      )
    }).pipe(WithFake)
  )

  it.effect("finds all well where the made-up id happens to be one", () =>
    Effect.gen(function* () {
      const { env } = yield* machine
      const { check } = yield* examine({ env }, "--check-api")
      assert.strictEqual(check("api")?.verdict, "ok")
    }).pipe(Effect.provide(Layer.merge(answering({ Status: "RUN" }), NodeFileSystem.layer)))
  )

  it.effect("takes the mainland's wrapped code for what it wraps", () =>
    Effect.gen(function* () {
      const { env } = yield* machine
      yield* Fake.Fake.use((fake) =>
        fake.fault({ code: "FailedOperation.InnerError", message: "FailedOperation.JobNotFound: no" })
      )
      assert.strictEqual((yield* examine({ env }, "--check-api")).check("api")?.verdict, "ok")
    }).pipe(WithFake)
  )

  const answers = Object.entries(byCode).filter(([code]) => !code.startsWith("Client."))
  for (const [code, { proves, verdict }] of answers) {
    it.effect(`knows what ${code} proves: ${proves}`, () =>
      Effect.gen(function* () {
        const { env } = yield* machine
        const fake = yield* Fake.Fake
        const isRetried = ["RequestLimitExceeded", "InternalError"].includes(code)
        for (let times = isRetried ? 4 : 1; times > 0; times--) yield* fake.fault({ code, message: "planted-message" })
        const { check, stderr, stdout } = yield* (isRetried ? examineRetried : examine)({ env }, "--check-api")
        assert.strictEqual(check("api")?.verdict, verdict)
        assert.include(check("api")?.found, `${code}. ${proves}`)
        if (!isRetried) assert.notInclude(stdout + stderr, "planted-message")
      }).pipe(WithFake)
    )
  }

  it.effect("is not sure of a code that it does not know", () =>
    Effect.gen(function* () {
      const { env } = yield* machine
      yield* Fake.Fake.use((fake) => fake.fault({ code: "constructor.New" }))
      assert.strictEqual((yield* examine({ env }, "--check-api")).check("api")?.verdict, "unsure")
    }).pipe(WithFake)
  )

  it.effect("knows a page of a gateway, a lost connection and silence for what they are", () =>
    Effect.gen(function* () {
      const { env } = yield* machine
      const fake = yield* Fake.Fake
      for (const [fault, code] of [
        ["badGateway", "Client.MalformedResponse"],
        ["dropped", "Client.Transport"]
      ] as const) {
        for (let times = 0; times < 4; times++) yield* fake.fault(fault)
        const { check, stdout } = yield* examineRetried({ env }, "--check-api")
        assert.strictEqual(check("api")?.verdict, "unsure")
        assert.include(check("api")?.found, code)
        assert.notInclude(stdout, "html")
      }
    }).pipe(WithFake)
  )

  it.effect("sends nothing without a key, and to no plain host", () =>
    Effect.gen(function* () {
      const { env, home } = yield* machine
      const { check } = yield* examine({ env: { HOME: home } }, "--check-api")
      assert.strictEqual(check("api")?.verdict, "unsure")
      const plain = yield* examine({ env }, "--check-api", "--endpoint", "http://host.example")
      assert.include(plain.check("api")?.found, "Client.InvalidInput")
      const requests = yield* Fake.Fake.use((fake) => fake.requests)
      assert.isUndefined(requests.find(({ action }) => action !== undefined))
    }).pipe(WithFake)
  )

  describe("of a key that is refused", () => {
    for (const [said, mainland, verdict, found] of [
      ["that the mainland site knows it", refusal("FailedOperation.JobNotFound"), "problem", /is of the mainland site/],
      ["so, though that account may not query", refusal("UnauthorizedOperation"), "problem", /is of the mainland site/],
      ["that no site does", refusal("AuthFailure.SecretIdNotFound"), "problem", /^Neither/],
      ["that it is not known", refusal("AuthFailure.Other"), "unsure", /not known which site/]
    ] as const) {
      for (const code of ["AuthFailure.SignatureFailure", "AuthFailure.SecretIdNotFound"]) {
        it.effect(`with ${code} finds ${said}`, () =>
          Effect.gen(function* () {
            const { env } = yield* machine
            const { check, stdout } = yield* examine({ env }, "--check-api")
            assert.strictEqual(check("api")?.verdict, "problem")
            assert.strictEqual(check("site")?.verdict, verdict)
            assert.match(check("site")?.found ?? "", found)
            if (verdict === "problem") assert.match(check("site")?.advice ?? "", console)
            assert.notInclude(stdout, "planted-message")
          }).pipe(
            Effect.provide(
              answered((host) =>
                host === sites.international ? refusal(code) : host === sites.mainland ? mainland : undefined
              )
            )
          )
        )
      }
    }

    it.effect("asks no other site where the key has changed since the request was signed", () =>
      Effect.gen(function* () {
        const { checks } = yield* probe(Endpoint.Endpoint.defaultValue(), {
          ...credential,
          secretKey: Redacted.make("new")
        })
        assert.deepStrictEqual(
          checks.map(({ name, verdict }) => [name, verdict]),
          [
            ["api", "problem"],
            ["site", "unsure"]
          ]
        )
      }).pipe(Effect.provide(answered(() => refusal("AuthFailure.SignatureFailure"))))
    )

    it.effect("asks no other host where --endpoint names one", () => {
      const hosts = new Array<string>()
      return Effect.gen(function* () {
        const { env } = yield* machine
        const { check } = yield* examine({ env }, "--check-api", "--endpoint", "https://host.example")
        assert.isUndefined(check("site"))
        assert.deepStrictEqual(hosts, ["host.example"])
      }).pipe(
        Effect.provide(
          answered((host) => {
            hosts.push(host)
            return refusal("AuthFailure.SignatureFailure")
          })
        )
      )
    })

    it.effect("asks the mainland for its own product, signed for it", () =>
      Effect.gen(function* () {
        const { env } = yield* machine
        const { check } = yield* examine({ env }, "--check-api")
        // The fake is another product, and says so after it has accepted the signature.
        assert.include(check("site")?.found, "no clear answer")
        const [request] = yield* Fake.Fake.use((fake) => fake.requests)
        assert.deepInclude(request?.headers, {
          host: sites.mainland,
          "x-tc-version": "2025-05-13",
          "x-tc-region": "ap-guangzhou"
        })
        assert.match(request?.headers["authorization"] ?? "", /\/ai3d\/tc3_request/)
      }).pipe(
        Effect.provide(
          answered((host) => (host === sites.international ? refusal("AuthFailure.SecretIdNotFound") : undefined))
        )
      )
    )
  })

  describe("learns from the Date of the answer that the clock", () => {
    for (const [said, verdict, found, date] of [
      ["is right", "ok", /as the service does/, "Tue, 01 Dec 2026 10:00:40 GMT"],
      ["is some minutes off", "warning", /the service 2026-12-01T10:04:00/, "Tue, 01 Dec 2026 10:04:00 GMT"],
      ["is too far off", "problem", /more than 5m off/, "Tue, 01 Dec 2026 08:00:00 GMT"],
      ["is not known to be wrong", "ok", /^This machine says 2026-12-01T10:00:00.000Z$/, "now"]
    ] as const) {
      it.effect(said, () =>
        Effect.gen(function* () {
          const { env } = yield* machine
          const { check } = yield* examine({ env }, "--check-api")
          assert.strictEqual(check("clock")?.verdict, verdict)
          assert.match(check("clock")?.found ?? "", found)
        }).pipe(Effect.provide(answered(() => refusal("FailedOperation.JobNotFound", { date }))))
      )
    }
  })
})

describe("a clock that is too far off", () => {
  it.effect("is a problem though the call works, since it was signed again with the service's time", () => {
    const date = "Tue, 01 Dec 2026 08:00:00 GMT"
    const answers = [refusal("AuthFailure.SignatureExpire", { date })]
    return Effect.gen(function* () {
      const { env } = yield* machine
      const { check } = yield* examine({ env }, "--check-api")
      assert.strictEqual(check("clock")?.verdict, "problem")
      assert.match(check("clock")?.advice ?? "", /signs with the service's time/)
      assert.strictEqual(check("api")?.verdict, "ok")
    }).pipe(Effect.provide(answered(() => answers.shift() ?? refusal("FailedOperation.JobNotFound", { date }))))
  })
})

describe("the secrets", () => {
  it.effect("of every place are in no line that doctor prints", () =>
    Effect.gen(function* () {
      const { env } = yield* machine
      const planted = {
        TENCENTCLOUD_SECRET_KEY: "planted-key-1",
        TENCENTCLOUD_SESSION_TOKEN: "planted-token",
        TENCENTCLOUD_TOKEN: "planted-token-2",
        TENCENT_SECRET_KEY: "planted-key-2",
        HTTPS_PROXY: "http://planted-user:planted-password@proxy.example:8080"
      }
      for (const args of [
        ["doctor"],
        ["doctor", "--check-api"],
        ["doctor", "--check-api", "--json"],
        ["whoami", "--json"],
        ["whoami"]
      ]) {
        for (const more of [
          {},
          { TENCENTCLOUD_SECRET_ID: "planted-id-that-is-a-key" },
          { TENCENTCLOUD_SECRET_ID: "" }
        ]) {
          const { stderr, stdout } = yield* run([...args, "--log-level", "trace"], {
            env: { ...env, ...planted, ...more }
          })
          assert.notInclude(stdout + stderr, "planted")
        }
      }
    }).pipe(WithFake)
  )
})

describe("a temporary key", () => {
  const at = DateTime.makeUnsafe(now)
  const expiring = (expiresAt: string) =>
    keyCheck(
      Result.succeed({
        ...credential,
        token: Redacted.make("planted-token"),
        expiresAt: DateTime.makeUnsafe(expiresAt),
        source: "a vault"
      }),
      at
    )

  it("is a problem once it has expired", () => {
    assert.deepStrictEqual(expiring("2026-12-01T10:00:00Z"), {
      name: "key",
      verdict: "problem",
      found: "AKIDz8kr…MPLE, temporary, from a vault. It expired at 2026-12-01T10:00:00.000Z",
      advice: "Get a new temporary key."
    })
  })

  it("is a warning where it expires within minutes, and all right before", () => {
    assert.strictEqual(expiring("2026-12-01T10:04:00Z").verdict, "warning")
    assert.deepStrictEqual(expiring("2026-12-01T12:00:00Z"), {
      name: "key",
      verdict: "ok",
      found: "AKIDz8kr…MPLE, temporary, from a vault. It expires at 2026-12-01T12:00:00.000Z, in 2 h 0 min"
    })
  })
})

describe("the form of a key", () => {
  const verdictOf = (secretId: string, secretKey: string, token?: string) =>
    mistakeIn({
      secretId,
      secretKey: Redacted.make(secretKey),
      ...(token === undefined ? {} : { token: Redacted.make(token) })
    })?.found

  it("is right for the pair of the documentation and for a temporary one", () => {
    assert.isUndefined(verdictOf(id, key))
    assert.isUndefined(verdictOf(`${id}_-${id}`, "/short+key=", "token"))
  })

  it.each([
    ["sk-12345", key, /TokenHub/],
    [id, "sk-12345", /TokenHub/],
    [id, id, /same text/],
    [key, id, /swapped/],
    [id, id.replace("z8", "y7"), /is a SecretId/],
    ["${SECRET_ID}", key, /placeholder/],
    [id, "<your-secret-key>", /placeholder/],
    [id, "os.getenv(KEY)", /placeholder/],
    ["1300000000", key, /number/],
    [id.toLowerCase(), key, /does not look like/],
    [`${id}${id}`, key, /no token/],
    [id.slice(0, 30), key, /other than 36/],
    [id, key.slice(1), /other than 32/]
  ])("%s with %s is a mistake", (secretId, secretKey, found) => {
    assert.match(verdictOf(secretId, secretKey) ?? "", found)
  })

  it("is told by a sentence that is the same for every key", () => {
    for (const { advice, found } of rules) assert.notInclude(found + advice, key)
  })
})
