/** That no secret of a source leaves it by another way than a signature. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Credentials from "../../../src/cloud/Credentials.ts"
import * as Fake from "../../../src/testing/Fake.ts"
import * as disks from "../../support/credentialFiles.ts"
import { leaks, traced } from "../../support/traced.ts"

const key = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
const token = "9fLtQGwyPPxsNTmGbIzfcGOQqEXAMPLE"
const secrets = [key, token, "Gu5t9xGARNpq", "9fLtQGwyPPxs"]

const own = "/home/ann/.tencentcloud/credentials"
const tccli = "/home/ann/.tccli/default.credential"

const profile = (secretKey: string) => `[default]\nsecret_id = AKID1\nsecret_key = ${secretKey}\ntoken = ${token}\n`
const credential = (fields: object) =>
  JSON.stringify({ secretId: "AKID1", secretKey: key, token, ...fields }, undefined, 2)
const env = (secretKey: string) => ({
  TENCENTCLOUD_SECRET_ID: "AKID1",
  TENCENTCLOUD_SECRET_KEY: secretKey,
  TENCENTCLOUD_TOKEN: token
})

interface World {
  readonly files?: NonNullable<Parameters<typeof disks.make>[0]>
  readonly env?: Readonly<Record<string, string>>
}

/** Gets the credential, and gets it again after the files changed and once more was asked for another. */
const use = ({ env, files }: World, spoiled: NonNullable<World["files"]>) =>
  Effect.gen(function* () {
    const disk = disks.make(files)
    const Live = Credentials.layerDefault().pipe(
      Layer.provide([disk.layer, Fake.layer(), disks.environment({ HOME: "/home/ann", ...env })])
    )
    const context = yield* Layer.build(Live)
    const service = yield* Effect.provide(Credentials.Credentials, context)
    const first = yield* service.get
    yield* Effect.logTrace("got", first)
    for (const [path, entry] of Object.entries(spoiled)) disk.write(path, entry)
    yield* TestClock.adjust("1 minute")
    yield* Effect.logTrace("got again", yield* service.get)
    return service.renew === undefined ? first : yield* service.renew(first)
  }).pipe(Effect.scoped, Effect.withSpan("use"))

describe("the secrets of a source", () => {
  it.effect.each<readonly [what: string, world: World, spoiled: NonNullable<World["files"]>]>([
    ["the environment", { env: env(key) }, {}],
    ["a profile", { files: { [own]: { content: profile(key), mode: 0o644 } } }, {}],
    ["a profile that is spoiled", { files: { [own]: profile(key) } }, { [own]: `[default]\n${key}` }],
    ["tccli", { files: { [tccli]: { content: credential({}), mode: 0o644 } } }, {}],
    ["tccli when its file is spoiled", { files: { [tccli]: credential({}) } }, { [tccli]: `{"secretKey": "${key}` }]
  ])("are in no log, span or answer when they come from %s", ([, world, spoiled]) =>
    Effect.gen(function* () {
      const { exit, lines, texts } = yield* traced(use(world, spoiled))
      assert.isTrue(Exit.isSuccess(exit))
      assert.isAtLeast(lines.length, 9)
      assert.include(texts.logs, "AKID1")
      assert.deepStrictEqual(leaks(texts, secrets), [])
    })
  )

  it.effect.each<readonly [what: string, world: World, tag: string]>([
    ["has quotes in the environment", { env: env(`"${key}"`) }, "WrongFormat"],
    ["is alone in the environment", { env: { TENCENTCLOUD_SECRET_KEY: key } }, "Incomplete"],
    ["has a space in a profile", { files: { [own]: profile(`${key} ${key}`) } }, "WrongFormat"],
    ["stands alone on a line", { files: { [own]: `[default]\n${key}\n${token}` } }, "WrongFormat"],
    ["is the name of a section", { files: { [own]: `${key} = 1\n[${key}]\n${token} = 1` } }, "WrongFormat"],
    ["has no id in a profile", { files: { [own]: `[default]\nsecret_key = ${key}` } }, "Incomplete"],
    [
      "is in a file that is not UTF-8",
      { files: { [own]: { content: new Uint8Array([255, ...Buffer.from(key)]) } } },
      "UnreadableFile"
    ],
    ["is in JSON that is cut off", { files: { [tccli]: credential({}).slice(0, -3) } }, "WrongFormat"],
    ["is no JSON", { files: { [tccli]: key } }, "WrongFormat"],
    ["is a JSON text", { files: { [tccli]: JSON.stringify(key) } }, "WrongFormat"],
    ["is in the wrong place of JSON", { files: { [tccli]: credential({ expiresAt: key }) } }, "WrongFormat"],
    ["is a list in JSON", { files: { [tccli]: credential({ secretId: [key] }) } }, "WrongFormat"],
    ["has something pasted behind it", { files: { [tccli]: credential({ secretKey: `${key}#0` }) } }, "WrongFormat"],
    ["is left behind by a login", { files: { [tccli]: credential({ type: "oauth" }) } }, "WrongFormat"],
    ["has expired", { files: { [tccli]: credential({ expiresAt: 0 }) } }, "Expired"]
  ])("are in no log, span or error when one %s", ([, world, tag]) =>
    Effect.gen(function* () {
      const { exit, texts } = yield* traced(use(world, {}))
      assert.include(texts.error, tag)
      assert.isTrue(Exit.isFailure(exit))
      assert.deepStrictEqual(leaks(texts, secrets), [])
    })
  )
})
