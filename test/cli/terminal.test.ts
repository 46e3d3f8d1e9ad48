import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Fake from "../../src/testing/Fake.ts"
import { answering, credentials, plain, run, sharedJournal, start, unknownId, visible } from "./run.ts"

const WithFake = Effect.provide(Fake.layer())

const running = Effect.flatMap(Fake.Fake, (fake) => fake.job({ run: "1 hour" }))

/** What a terminal shows in the end: what is erased is not there. */
const shown = (printed: string) => printed.split("\n").map((line) => plain(line.split("\r\u001b[2K").at(-1) ?? ""))

describe("the moving line", () => {
  it.effect("is erased before a log line, and comes back after it", () =>
    Effect.gen(function* () {
      yield* Fake.Fake.use((fake) => fake.fault({ code: "RequestLimitExceeded.JobNumExceed" }))
      const generating = yield* start(["generate", "--prompt", "a teapot"], { isTerminal: true })
      yield* TestClock.adjust("1 second")
      const { stderr } = generating.printed()
      assert.match(visible(stderr), /submitting[^]*␍␛\[2KAll task slots of the account are taken.*\n␍␛\[2K/)
      assert.match(shown(stderr).at(-1) ?? "", /^\S 1\.0 s {2}submitting/)
      yield* generating.stop
      yield* generating.ended
    }).pipe(WithFake)
  )

  it.effect("is erased before whatever is printed, on both streams", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: "1 minute" }))
      const watching = yield* start(["watch", id], { isTerminal: true })
      yield* TestClock.adjust("2 minutes")
      const { stderr, stdout } = yield* watching.ended
      assert.match(visible(stdout), /^␍␛\[2K.+RUN.+\n␍␛\[2K.+DONE.+\n$/)
      assert.isTrue(stderr.endsWith("\r\u001b[2K"))
    }).pipe(WithFake)
  )

  it.effect("is not there when there is nothing to wait for any more", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: 0 }))
      const { stderr, stdout } = yield* run(["wait", id], { isTerminal: true })
      assert.deepStrictEqual(shown(stderr), [
        "   0.0 s  DONE  the job is done",
        `To download: hunyuan3d download ${id} --kind pro --region ap-singapore --out models`,
        ""
      ])
      assert.notInclude(stdout, "\r")
    }).pipe(WithFake)
  )

  for (const columns of [1, 2, 10, 20, 40]) {
    it.effect(`is narrower than a terminal of ${columns} columns, and is told not to wrap`, () =>
      Effect.gen(function* () {
        const waiting = yield* start(["wait", unknownId], { isTerminal: true, columns })
        yield* TestClock.adjust("2 seconds")
        const frames = visible(waiting.printed().stderr).match(/(?<=␛\[\?7l).*?(?=␛\[\?7h)/g) ?? []
        assert.isAbove(frames.length, 10)
        for (const frame of frames) {
          // The text is twice as wide as it is long.
          const width = [...frame].reduce((sum, character) => sum + (/\p{Script=Han}/u.test(character) ? 2 : 1), 0)
          assert.isBelow(width, Math.max(columns, 2), frame)
        }
        yield* waiting.stop
        yield* waiting.ended
      }).pipe(Effect.provide(answering({ Status: "模".repeat(60) })))
    )
  }

  for (const [where, env, isTerminal] of [
    ["with TERM=dumb", { TERM: "dumb" }, true],
    ["in CI", { CI: "true" }, true],
    ["in a pipe", {}, false],
    ["when standard error is a pipe", {}, "stdout"]
  ] as const) {
    it.effect(`is not there ${where}, where each event is a line`, () =>
      Effect.gen(function* () {
        const id = yield* running
        const waiting = yield* start(["wait", id], { env: { ...credentials, ...env }, isTerminal })
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(plain(waiting.printed().stderr), "   0.0 s  RUN   the job is being computed\n")
        assert.notInclude(waiting.printed().stderr, "\r")
        yield* waiting.stop
        yield* waiting.ended
      }).pipe(WithFake)
    )
  }

  for (const env of [{ CI: "false" }, { CI: "" }]) {
    it.effect(`is there with ${JSON.stringify(env)}, which says that this is no CI`, () =>
      Effect.gen(function* () {
        const waiting = yield* start(["wait", yield* running], { env: { ...credentials, ...env }, isTerminal: true })
        yield* TestClock.adjust("10 seconds")
        assert.include(waiting.printed().stderr, " 9.9 s  RUN")
        yield* waiting.stop
        yield* waiting.ended
      }).pipe(WithFake)
    )
  }

  it.effect("is there when standard output is a pipe, and leaves that alone", () =>
    Effect.gen(function* () {
      const watching = yield* start(["watch", yield* running], { isTerminal: "stderr" })
      yield* TestClock.adjust("10 seconds")
      assert.include(watching.printed().stderr, " 9.9 s  watching")
      assert.match(watching.printed().stdout, /^1970[ -~]+RUN[ -~]+\n$/)
      yield* watching.stop
      yield* watching.ended
    }).pipe(WithFake)
  )
})

describe("colours", () => {
  const codes = { green: "\u001b[32m", red: "\u001b[31m", yellow: "\u001b[33m", dim: "\u001b[2m" }

  it.effect("say on a terminal what is done, what failed and what can be passed over", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const done = yield* run(["wait", yield* fake.job({ run: 0 })], { isTerminal: true })
      assert.include(done.stderr, `${codes.green}DONE \u001b[0m`)
      assert.include(done.stderr, `${codes.dim}   0.0 s\u001b[0m`)
      const failed = yield* run(["query", yield* fake.job({ run: 0, outcome: { code: "X", message: "no" } })], {
        isTerminal: true
      })
      assert.include(failed.stdout, `${codes.red}FAIL\u001b[0m  job`)
      assert.include(failed.stderr, `${codes.red}hunyuan3d:\u001b[0m Job`)
      const watched = yield* run(["watch", yield* fake.job({ run: 0 })], { isTerminal: true })
      assert.include(watched.stdout, `${codes.dim}1970-01-01T00:00:00.000Z\u001b[0m`)
    }).pipe(WithFake)
  )

  it.effect("say in the list of jobs what became of each, and leave its columns where they are", () =>
    Effect.gen(function* () {
      const { journal } = yield* sharedJournal
      const fake = yield* Fake.Fake
      yield* run(["submit", "--prompt", "a"], { journal })
      yield* fake.fault("dropped")
      yield* run(["submit", "--prompt", "b"], { journal })
      const listed = yield* run(["jobs"], { journal, isTerminal: true, columns: 200 })
      assert.include(listed.stdout, `${codes.yellow}unknown\u001b[0m`)
      assert.strictEqual(plain(listed.stdout), (yield* run(["jobs"], { journal })).stdout)
    }).pipe(WithFake)
  )

  it.effect("say which log line is a warning", () =>
    Effect.gen(function* () {
      yield* Fake.Fake.use((fake) => fake.fault("dropped"))
      const { stderr } = yield* run(["submit", "--prompt", "a teapot"], { isTerminal: true })
      assert.match(visible(stderr), /␛\[33m.*may exist.*␛\[0m\n/)
    }).pipe(WithFake)
  )

  for (const [where, env, isTerminal] of [
    ["with NO_COLOR", { NO_COLOR: "1", FORCE_COLOR: "1" }, true],
    ["with TERM=dumb", { TERM: "dumb", FORCE_COLOR: "1" }, true],
    ["in a pipe", {}, false]
  ] as const) {
    it.effect(`are not there ${where}`, () =>
      Effect.gen(function* () {
        const id = yield* Fake.Fake.use((fake) => fake.job({ run: 0 }))
        const { stderr, stdout } = yield* run(["wait", id], { env: { ...credentials, ...env }, isTerminal })
        assert.notMatch(visible(stdout + stderr), /␛\[\d+m/)
      }).pipe(WithFake)
    )
  }

  it.effect("are there in a pipe with FORCE_COLOR", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: 0 }))
      const { stderr, stdout } = yield* run(["query", id], { env: { ...credentials, FORCE_COLOR: "1" } })
      assert.include(stdout, `${codes.green}DONE`)
      assert.notInclude(stderr, "\r")
    }).pipe(WithFake)
  )

  for (const stream of ["stdout", "stderr"] as const) {
    it.effect(`are on ${stream} alone when that alone is a terminal`, () =>
      Effect.gen(function* () {
        const id = yield* Fake.Fake.use((fake) => fake.job({ run: 0, outcome: { code: "X", message: "no" } }))
        const printed = yield* run(["query", id], { isTerminal: stream })
        for (const each of ["stdout", "stderr"] as const) {
          assert.strictEqual(printed[each].includes(codes.red), each === stream, printed[each])
        }
      }).pipe(WithFake)
    )
  }
})
