/** The sources of credentials over a real disk. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Path } from "effect"
import * as Credentials from "../../../src/cloud/Credentials.ts"
import * as disks from "../../support/credentialFiles.ts"
import { withLogs } from "../../support/logs.ts"

/** A home on the disk, and what `layerProfile` and `layerTccli` find there. */
const makeHome = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const home = yield* fs.makeTempDirectoryScoped()
  const write = Effect.fnUntraced(function* (mode: number, text: string, ...names: ReadonlyArray<string>) {
    const file = path.join(home, ...names)
    yield* fs.makeDirectory(path.dirname(file), { recursive: true })
    yield* fs.writeFileString(file, text)
    yield* fs.chmod(file, mode)
  })
  const env = disks.environment({ HOME: home, USERPROFILE: home })
  const get = Credentials.Credentials.use((credentials) => credentials.get)
  return {
    fs,
    path: (...names: ReadonlyArray<string>) => path.join(home, ...names),
    write,
    profile: Effect.provide(get, Credentials.layerProfile()).pipe(Effect.provide(env)),
    tccli: Effect.provide(get, Credentials.layerTccli()).pipe(Effect.provide(env))
  }
})

describe("credentials on a disk", () => {
  it.effect("are read, with a warning where others may read them", () =>
    Effect.gen(function* () {
      const { profile, tccli, write } = yield* makeHome
      yield* write(0o600, "[default]\nsecret_id = AKID1\nsecret_key = key1\n", ".tencentcloud", "credentials")
      yield* write(0o644, JSON.stringify({ secretId: "AKID2", secretKey: "key2" }), ".tccli", "default.credential")
      const { lines, value } = yield* withLogs(Effect.all([profile, tccli]))
      assert.deepStrictEqual(
        value.map(({ secretId }) => secretId),
        ["AKID1", "AKID2"]
      )
      assert.deepStrictEqual(
        lines.map(({ text }) => text),
        [
          "Other users of this computer may read ~/.tccli/default.credential, which holds a secret key. " +
            "Run: chmod 600 ~/.tccli/default.credential"
        ]
      )
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.effect("are not configured where their file is missing, or a link to a file that is missing", () =>
    Effect.gen(function* () {
      const { fs, path, tccli } = yield* makeHome
      assert.strictEqual((yield* disks.why(tccli)).tag, "NotConfigured")
      yield* fs.makeDirectory(path(".tccli"))
      yield* fs.symlink(path("nowhere"), path(".tccli", "default.credential"))
      assert.strictEqual((yield* disks.why(tccli)).tag, "NotConfigured")
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.effect("cannot be read where a directory has the name of the file, or a file that of the directory", () =>
    Effect.gen(function* () {
      const { fs, path, profile, tccli, write } = yield* makeHome
      yield* fs.makeDirectory(path(".tencentcloud", "credentials"), { recursive: true })
      assert.strictEqual((yield* disks.why(profile)).tag, "UnreadableFile")
      yield* write(0o600, "", ".tccli")
      assert.strictEqual((yield* disks.why(tccli)).tag, "UnreadableFile")
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
