import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, FileSystem } from "effect"
import { expiryOf, shownId } from "../../src/cli/identity.ts"
import { outputOf } from "./output.ts"
import { answering, run } from "./run.ts"

const pair = {
  TENCENTCLOUD_SECRET_ID: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
  TENCENTCLOUD_SECRET_KEY: "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
}

const WithoutService = Effect.provide(answering({}))

describe("hunyuan3d whoami", () => {
  it.effect("prints the source, a part of the id and the kind, and sends nothing", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* run(["whoami"], { env: pair })
      assert.strictEqual(stdout, "Key id   AKIDz8kr…MPLE\nKind     permanent\nSource   the environment\n")
      assert.strictEqual(stderr, "")
      assert.strictEqual(code, 0)
    }).pipe(WithoutService)
  )

  it.effect("prints the same for scripts", () =>
    Effect.gen(function* () {
      const { stdout } = yield* run(["whoami", "--json"], { env: { ...pair, TENCENTCLOUD_TOKEN: "planted-token" } })
      assert.deepStrictEqual((yield* outputOf(stdout)).credentials, {
        secretId: "AKIDz8kr…MPLE",
        kind: "temporary",
        source: "the environment"
      })
      assert.notInclude(stdout, "planted-token")
    }).pipe(WithoutService)
  )

  it.effect("warns once of a file of keys that others may read, and not of one without keys", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const home = yield* fs.makeTempDirectoryScoped()
      yield* fs.makeDirectory(`${home}/.tccli`)
      const write = (name: string, value: object) =>
        fs.writeFileString(`${home}/.tccli/default.${name}`, JSON.stringify(value), { mode: 0o644 })
      yield* write("credential", { secretId: pair.TENCENTCLOUD_SECRET_ID, secretKey: pair.TENCENTCLOUD_SECRET_KEY })
      yield* write("configure", { _sys_param: { region: "ap-guangzhou" } })
      const { stderr, stdout } = yield* run(["whoami"], { env: { HOME: home } })
      assert.match(stdout, /Region   ap-guangzhou, of tccli/)
      assert.match(stderr, /^[^\n]*chmod 600 ~\/\.tccli\/default\.credential\n$/)
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer), WithoutService)
  )

  it.effect("names all places that were looked at where there is no key", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["whoami"], { env: {} })
      assert.match(stderr, /^hunyuan3d: No credentials were found\. .*in this order: the environment.*\n$/)
      assert.strictEqual(code, 1)
    }).pipe(WithoutService)
  )
})

describe("what is shown of a credential", () => {
  it.each([
    ["AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "AKIDz8kr…MPLE"],
    ["AKIDFAKE", "AKIDFAKE"]
  ])("of the id %s is %s", (id, shown) => {
    assert.strictEqual(shownId(id), shown)
  })

  it.each([
    "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
    "sk-Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
    "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE,Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
  ])("is nothing of %s, which may be a secret", (text) => {
    assert.strictEqual(shownId(text), "an id that does not look like one, and is not shown")
  })

  it("says how long a temporary key is valid, and that it was", () => {
    const at = DateTime.makeUnsafe("2026-12-01T10:00:00Z")
    const before = DateTime.makeUnsafe("2026-12-01T08:15:00Z")
    assert.strictEqual(expiryOf(at, before), "2026-12-01T10:00:00.000Z, in 1 h 45 min")
    assert.strictEqual(expiryOf(at, at), "2026-12-01T10:00:00.000Z, which has passed")
  })
})
