import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Hunyuan from "../../src/job/Hunyuan.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { outputOf } from "./output.ts"
import { answering, credentials, run, unknownId } from "./run.ts"

const WithFake = Effect.provide(Fake.layer())

describe("hunyuan3d query", () => {
  it.effect("prints the state of a job that runs and how to wait for it, and exits with 0", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: "1 hour" }))
      assert.deepStrictEqual(yield* run(["query", id]), {
        code: 0,
        stdout: `RUN  job ${id}\n`,
        stderr: `To wait for it: hunyuan3d wait ${id} --kind pro --region ap-singapore\n`
      })
    }).pipe(WithFake)
  )

  it.effect("says of a job that is done how to download it, where its links are valid", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: 0, region: "na-siliconvalley" }))
      const { stderr } = yield* run(["query", id, "--region", "na-siliconvalley"])
      assert.strictEqual(
        stderr,
        `To download: hunyuan3d download ${id} --kind pro --region na-siliconvalley --out models\n`
      )
      yield* TestClock.adjust("23 hours")
      const later = yield* run(["query", id, "--region", "na-siliconvalley"])
      assert.strictEqual(later.stderr, stderr)
    }).pipe(WithFake)
  )

  it.effect(
    "prints the result files of a job that is done, with the time when their links expire, and what the job cost",
    () =>
      Effect.gen(function* () {
        const id = yield* Fake.Fake.use((fake) => fake.job({ run: 0 }))
        const { code, stdout } = yield* run(["query", id])
        assert.match(
          stdout,
          /^DONE {2}job \d{19}\nTYPE +HOST +LINK EXPIRES\nGLB +\S+ +1970-01-02 00:00 UTC, in 24 h 0 min\nCredits: 25\n$/
        )
        assert.strictEqual(code, 0)
      }).pipe(WithFake)
  )

  it.effect("says of a job that failed why it did, and exits with 2", () =>
    Effect.gen(function* () {
      const outcome = { code: "FailedOperation.ServerError", message: "no mesh" }
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: 0, outcome }))
      const { code, stderr } = yield* run(["query", id])
      assert.match(
        stderr,
        /^hunyuan3d: Job \d+ failed: no mesh \(FailedOperation\.ServerError\).* A failed job costs nothing, by the price list\.\n$/
      )
      assert.strictEqual(code, 2)
    }).pipe(WithFake)
  )

  it.effect("prints with --json one object with the job, the whole links and the time when they expire", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: 0 }))
      const { code, stderr, stdout } = yield* run(["query", id, "--json"])
      assert.strictEqual(stderr, "")
      const { credits, job } = yield* outputOf(stdout)
      assert.strictEqual(JSON.parse(stdout).job.files[0].expiresAt, "1970-01-02T00:00:00.000Z")
      assert.include(job?.files[0]?.url, "q-signature=")
      assert.deepStrictEqual(credits, { consumed: 25 })
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("exits with 4 for an id that the service does not know, and says to check --kind and --region", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["query", unknownId, "--region", "na-siliconvalley"])
      assert.match(stderr, /^hunyuan3d: .*The region na-siliconvalley .*--kind and --region.*JobNotFound.*\n$/)
      for (const region of Hunyuan.regions) assert.include(stderr, region)
      assert.strictEqual(code, 4)
    }).pipe(WithFake)
  )

  it.effect("exits with 4 for a wrong key, and says what to check", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["query", unknownId], {
        env: { ...credentials, TENCENTCLOUD_SECRET_KEY: "wrong" }
      })
      assert.match(stderr, /^hunyuan3d: .*secret key.*AuthFailure\.SignatureFailure.*\n$/)
      assert.strictEqual(code, 4)
    }).pipe(WithFake)
  )

  it.effect("takes a whole ticket in place of the id, and its kind and region with it", () =>
    Effect.gen(function* () {
      const submitted = yield* run([
        "submit",
        "--kind",
        "rapid",
        "--region",
        "na-siliconvalley",
        "--prompt",
        "a",
        "--json"
      ])
      const { code, stdout } = yield* run(["query", submitted.stdout])
      assert.match(stdout, /^RUN {2}job/)
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("says of links that have expired that they have", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 3, 9))
      const { stdout, stderr } = yield* run(["query", unknownId])
      assert.match(stdout, /2026-04-08 09:41 UTC, expired\n$/)
      assert.strictEqual(stderr, "")
    }).pipe(
      Effect.provide(
        answering({
          Status: "DONE",
          ResultFile3Ds: [{ Type: "GLB", Url: "https://host/a.glb?q-sign-time=1775554903%3B1775641302" }]
        })
      )
    )
  )

  it.effect("says of a job whose files have no links that there is nothing to download", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(["query", unknownId])
      assert.strictEqual(
        stdout,
        `DONE  job ${unknownId}\nTYPE  HOST     LINK EXPIRES\nGLB   no link\n` +
          "The service gave no link to a result file, so nothing can be downloaded.\n"
      )
      assert.strictEqual(code, 0)
    }).pipe(Effect.provide(answering({ Status: "DONE", ResultFile3Ds: [{ Type: "GLB" }] })))
  )

  for (const [details, shown] of [
    ['{"Generate-Normal":20,"FaceCount":10}', "Generate-Normal 20, FaceCount 10"],
    ["Generate-Normal：30", "Generate-Normal：30"]
  ]) {
    it.effect(`says what each charge cost, where the service says ${details}`, () =>
      Effect.gen(function* () {
        const { stdout } = yield* run(["query", unknownId])
        assert.strictEqual(stdout, `RUN  job ${unknownId}\nCredits: 30 (${shown})\n`)
      }).pipe(Effect.provide(answering({ Status: "RUN", ResultCreditConsumed: 30, ResultCreditDetails: details })))
    )
  }

  const hostile = "\u001b[2J\u009b31mX\u202e\u2066"

  it.effect("shows what the service says without letting it steer the terminal", () =>
    Effect.gen(function* () {
      const { stdout } = yield* run(["query", unknownId])
      assert.match(stdout, /^[\n -~…]*$/)
      assert.include(stdout, String.raw`\u001b[2J`)
    }).pipe(
      Effect.provide(answering({ Status: "DONE", ResultFile3Ds: [{ Type: hostile, Url: `https://h/${hostile}` }] }))
    )
  )

  it.effect("shows an unknown state without letting it steer the terminal", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(["query", unknownId])
      assert.match(stdout, /^[\n -~]*$/)
      assert.strictEqual(code, 0)
    }).pipe(Effect.provide(answering({ Status: hostile })))
  )

  it.effect("shows a failure without letting it steer the terminal", () =>
    Effect.gen(function* () {
      const { stderr } = yield* run(["query", unknownId])
      assert.match(stderr, /^[ -~]*\n$/)
    }).pipe(Effect.provide(answering({ Status: "FAIL", ErrorCode: hostile, ErrorMessage: `a\nb${hostile}` })))
  )

  it.effect("shows a refusal and its request id without letting them steer the terminal", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["query", unknownId])
      assert.match(stderr, /^[ -~]*\n$/)
      assert.strictEqual(code, 4)
    }).pipe(Effect.provide(answering({ RequestId: hostile, Error: { Code: `X${hostile}`, Message: hostile } })))
  )

  it.effect("prints JSON that says exactly what the service said and does not steer the terminal either", () =>
    Effect.gen(function* () {
      const { stdout } = yield* run(["query", unknownId, "--json"])
      assert.match(stdout, /^[ -~]*\n$/)
      assert.strictEqual((yield* outputOf(stdout)).job?.status, hostile)
    }).pipe(Effect.provide(answering({ Status: hostile })))
  )
})
