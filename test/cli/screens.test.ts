/**
 * What a person sees in terminals of 60, 80 and 120 columns, without colours. To write the screens anew after a change
 * of texts: `npx vitest run test/cli/screens.test.ts -u`, and look at the difference.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, expect, it } from "@effect/vitest"
import { DateTime, Effect, FileSystem, Layer, Random } from "effect"
import { TestClock } from "effect/testing"
import { loadBatch } from "../../src/cli/load.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { credentials, run, sharedJournal } from "./run.ts"

await Effect.runPromise(loadBatch)

const image = "https://host.example/teapot.jpg"

/** What each command prints on standard output, or on standard error if there is nothing on standard output. */
const screens = (columns: number) =>
  Effect.gen(function* () {
    const fake = yield* Fake.Fake
    const { journal } = yield* sharedJournal
    const home = yield* FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())
    const env = { ...credentials, NO_COLOR: "1", HOME: home, XDG_STATE_HOME: `${home}/.local/state` }
    const type = (...args: ReadonlyArray<string>) => run(args, { isTerminal: true, columns, env, journal })

    yield* type("submit", "--image", image, "--operation-id", "order-17")
    yield* TestClock.adjust("2 hours")
    yield* type(
      "submit",
      "--kind",
      "rapid",
      "a brass teapot",
      "--operation-id",
      "order-18-of-a-customer-with-a-long-name"
    )
    yield* fake.fault({ code: "UnauthorizedOperation" })
    yield* TestClock.adjust("1 minute")
    yield* type("submit", "a teapot", "--operation-id", "order-19")
    const [first] = yield* fake.jobs
    yield* type("query", first?.id ?? "")

    const lines = `${home}/lines.jsonl`
    const wrong = `${home}/wrong.jsonl`
    yield* FileSystem.FileSystem.use((fs) =>
      Effect.andThen(
        fs.writeFileString(lines, '{"Prompt":"a teapot"}\n{"Prompt":"a cup","kind":"rapid"}\n'),
        fs.writeFileString(wrong, '{"Prompt":"a teapot"\n{"Promt":"a cup"}\n')
      )
    )
    const commands: ReadonlyArray<ReadonlyArray<string>> = [
      ["--help"],
      ["generate", "--help"],
      ["jobs"],
      ["query", first?.id ?? ""],
      ["submit", "--image", image, "--enable-pbr", "--dry-run"],
      ["submit", "--kind", "rapid", "teapot", "--face-count", "5000"],
      ["batch", "--help"],
      ["batch", lines, "--dry-run"],
      ["batch", wrong]
    ]
    const show = (...args: ReadonlyArray<string>) =>
      Effect.map(type(...args), ({ stderr, stdout }) => `$ hunyuan3d ${args.join(" ")}\n${stdout || stderr}`)
    const printed = yield* Effect.forEach(commands, (args) => show(...args))

    yield* TestClock.setTime(DateTime.makeUnsafe("2026-12-01T10:00:00Z").epochMilliseconds)
    printed.push(yield* show("whoami"), yield* show("doctor", "--check-api", "--region", "ap-guangzhou"))
    return printed.join("\n").replaceAll(home, "/home/ann")
  }).pipe(
    Effect.provide(Layer.merge(Fake.layer({ run: "2 minutes" }), NodeFileSystem.layer)),
    Random.withSeed("screens")
  )

describe("a screen", () => {
  for (const columns of [60, 80, 120]) {
    it(`of ${columns} columns is as it was`, async () => {
      const screen = await Effect.runPromise(screens(columns).pipe(Effect.scoped, Effect.provide(TestClock.layer())))
      await expect(screen).toMatchFileSnapshot(`screens/${columns}.txt`)
    })
  }

  it.effect("has no line of help or of a table that is wider", () =>
    Effect.gen(function* () {
      for (const columns of [60, 80, 120]) {
        const { stdout } = yield* run(["help", "generate"], { isTerminal: true, columns, env: { NO_COLOR: "1" } })
        for (const line of stdout.split("\n")) {
          // A word that is as long, such as a link, is not broken.
          if (
            !line
              .trim()
              .split(" ")
              .some((word) => word.length > columns / 2)
          )
            assert.isAtMost(line.length, columns)
        }
      }
    }).pipe(Effect.provide(Fake.layer()))
  )
})
