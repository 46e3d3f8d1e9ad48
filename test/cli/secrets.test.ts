/** That no secret of a source of keys leaves the program by another way than the wire. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Redacted } from "effect"
import * as Fake from "../../src/testing/Fake.ts"
import { printed } from "../support/printed.ts"
import { credentials, run, sharedJournal } from "./run.ts"

const key = Redacted.value(Fake.credential.secretKey)
const { secretId } = Fake.credential

/** A home with these files. */
const home = Effect.fnUntraced(function* (files: Readonly<Record<string, string>>) {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped()
  for (const [file, text] of Object.entries(files)) {
    yield* fs.makeDirectory(`${directory}/${file.split("/")[0]}`, { recursive: true })
    yield* fs.writeFileString(`${directory}/${file}`, text)
  }
  return { HOME: directory }
})

const sources: ReadonlyArray<
  readonly [source: string, env: Readonly<Record<string, string>>, files: Readonly<Record<string, string>>]
> = [
  ["the environment", credentials, {}],
  ["a profile", {}, { ".tencentcloud/credentials": `[default]\nsecret_id = ${secretId}\nsecret_key = ${key}\n` }],
  ["tccli", {}, { ".tccli/default.credential": JSON.stringify({ secretId, secretKey: key }) }],
  ["the role of the machine", {}, {}]
]

describe.each(sources)("the secrets of %s", (_, env, files) => {
  it.effect.each(["succeeds", "is refused"])("are in no output, log, journal or recording of a run that %s", (how) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const fake = yield* Fake.Fake
      const cassette = yield* fs.makeTempFileScoped()
      const { journal, service } = yield* sharedJournal
      const args = ["submit", "a teapot", "--transport", `record:${cassette}`, "--log-level", "all"]
      const region = how === "is refused" ? ["--region", "ap-guangzhou"] : []
      const ended = yield* run([...args, ...region, "--endpoint", "http://127.0.0.1:9"], {
        env: { ...env, ...(yield* home(files)) },
        journal
      })
      assert.strictEqual(ended.code, how === "succeeds" ? 0 : 4, ended.stderr)
      const sent = (yield* fake.requests).map(({ headers }) => headers)
      const secrets = [
        key,
        ...sent.flatMap((headers) => [headers["x-tc-token"], headers["authorization"]?.slice(-64)])
      ].filter((secret) => secret !== undefined)
      const texts = {
        output: `${ended.stdout}${ended.stderr}`,
        journal: printed((yield* service.list).entries),
        recording: yield* fs.readFileString(cassette)
      }
      assert.isNotEmpty(sent)
      assert.include(texts.output, "DEBUG")
      assert.include(texts.journal, "Pro")
      assert.include(texts.recording, "SubmitHunyuanTo3DProJob")
      for (const [place, text] of Object.entries(texts)) {
        assert.isFalse(
          secrets.some((secret) => text.includes(secret)),
          place
        )
      }
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(Fake.layer({ role: "renderer" }), NodeFileSystem.layer)))
  )
})
