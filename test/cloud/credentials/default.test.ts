import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpClient, HttpClientError } from "effect/http"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import * as Credentials from "../../../src/cloud/Credentials.ts"
import * as Fake from "../../../src/testing/Fake.ts"
import * as disks from "../../support/credentialFiles.ts"
import { withLogs } from "../../support/logs.ts"
import { property } from "../../support/property.ts"

const files = {
  own: "/home/ann/.tencentcloud/credentials",
  system: "/etc/tencentcloud/credentials",
  tccli: "/home/ann/.tccli/default.credential",
  token: "/var/run/token"
}

const section = (profile: string) => `[${profile}]\nsecret_id = AKID1\nsecret_key = key1\n`
const pair = JSON.stringify({ secretId: "AKID1", secretKey: "key1" })

const environment = { TENCENTCLOUD_SECRET_ID: "AKID1", TENCENTCLOUD_SECRET_KEY: "key1" }
const identity = {
  TKE_REGION: "ap-singapore",
  TKE_PROVIDER_ID: "cls-a1b2c3",
  TKE_WEB_IDENTITY_TOKEN_FILE: files.token,
  TKE_ROLE_ARN: "qcs::cam::uin/12345678:roleName/Renderer"
}

/** The sources in their order: what each is for people, and the place that is named when it is not configured. */
const sources = [
  {
    name: "env",
    source: "the environment",
    place: "the environment (set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY)"
  },
  { name: "own", source: "the profile default in ~/.tencentcloud/credentials" },
  { name: "system", source: "the profile default in /etc/tencentcloud/credentials" },
  { name: "tccli", source: "the profile default of tccli (~/.tccli/default.credential)" },
  { name: "cvm", source: "the CVM role renderer", place: "the role of the CVM (http://metadata.tencentyun.com)" },
  {
    name: "tke",
    source: `the TKE identity of ${identity.TKE_ROLE_ARN}`,
    place: "the TKE identity of the environment (TKE_PROVIDER_ID, TKE_WEB_IDENTITY_TOKEN_FILE, TKE_ROLE_ARN)"
  }
] as const

type Configured = { readonly [Name in (typeof sources)[number]["name"]]?: boolean }

interface World {
  readonly configured?: Configured
  readonly files?: Parameters<typeof disks.make>[0]
  readonly env?: Readonly<Record<string, string>>
  readonly client?: Layer.Layer<HttpClient.HttpClient>
}

const found = ({ configured = {}, env, files: others, client }: World, options?: Credentials.DefaultOptions) => {
  const disk = disks.make({
    ...(configured.own ? { [files.own]: section("default") } : {}),
    ...(configured.system ? { [files.system]: section("default") } : {}),
    ...(configured.tccli ? { [files.tccli]: pair } : {}),
    ...(configured.tke ? { [files.token]: "eyJ.a.jwt" } : {}),
    ...others
  })
  return Credentials.Credentials.use((credentials) => credentials.get).pipe(
    Effect.map(disks.plain),
    Effect.provide(Credentials.layerDefault(options)),
    Effect.provide(client ?? Fake.layer(configured.cvm ? { role: "renderer" } : {})),
    Effect.provide(disk.layer),
    Effect.provide(
      disks.environment({
        HOME: "/home/ann",
        ...(configured.env ? environment : {}),
        ...(configured.tke ? identity : {}),
        ...env
      })
    )
  )
}

/** A network in which nobody answers. */
const silence = Layer.succeed(
  HttpClient.HttpClient,
  HttpClient.make((request) =>
    Effect.fail(new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request }) }))
  )
)

describe("Credentials.layerDefault", () => {
  property(
    "the first source that is configured counts, and all places are named in order when none is",
    [fc.record(Object.fromEntries(sources.map(({ name }) => [name, fc.boolean()])))],
    (configured: Configured) =>
      Effect.gen(function* () {
        const first = sources.find(({ name }) => configured[name])
        const result = yield* Effect.result(found({ configured }))
        if (result._tag === "Success") return assert.strictEqual(result.success.source, first?.source)
        const { reason } = result.failure
        assert.isUndefined(first)
        assert.deepStrictEqual(
          reason._tag === "NotConfigured" && reason.places,
          sources.map((source) => ("place" in source ? source.place : source.source))
        )
      })
  )

  it.effect("what stands behind the first source that is configured is not looked at", () =>
    Effect.gen(function* () {
      const client = Layer.succeed(
        HttpClient.HttpClient,
        HttpClient.make(() => Effect.die(new Error("a request was sent")))
      )
      const broken = { [files.own]: "no section", [files.tccli]: "no JSON" }
      const { source } = yield* found({ configured: { env: true }, files: broken, client })
      assert.strictEqual(source, "the environment")
    })
  )

  it.effect.each<readonly [what: string, world: World, tag: string]>([
    ["the environment has an id alone", { env: { TENCENTCLOUD_SECRET_ID: "AKID1" } }, "Incomplete"],
    ["the environment has quotes in it", { env: { ...environment, TENCENTCLOUD_SECRET_KEY: `"k"` } }, "WrongFormat"],
    ["a profile has an id alone", { files: { [files.own]: "[default]\nsecret_id = AKID1" } }, "Incomplete"],
    ["a file cannot be read", { files: { [files.own]: { content: "", read: "PermissionDenied" } } }, "UnreadableFile"],
    ["a file of tccli is no JSON", { files: { [files.tccli]: "x" } }, "WrongFormat"],
    [
      "a login of tccli has expired",
      { files: { [files.tccli]: JSON.stringify({ secretId: "A", secretKey: "k", expiresAt: 0 }) } },
      "Expired"
    ],
    ["the identity in TKE is half there", { env: { TKE_ROLE_ARN: "x" } }, "Incomplete"]
  ])("the search ends with the reason when %s", ([, world, tag]) =>
    Effect.gen(function* () {
      const behind = tag === "Incomplete" && "TKE_ROLE_ARN" in (world.env ?? {}) ? {} : { cvm: true }
      assert.strictEqual((yield* disks.why(found({ configured: behind, ...world }))).tag, tag)
    })
  )

  it.effect("a machine whose metadata service does not answer is no CVM, and the error says so", () =>
    Effect.gen(function* () {
      const { message, tag } = yield* disks.why(found({ client: silence }))
      assert.strictEqual(tag, "NotConfigured")
      assert.include(message, "; the role of the CVM (the metadata service did not answer); the TKE identity")
    })
  )

  it.effect("a profile that is named is looked for in the files alone, the SDKs' before tccli's", () =>
    Effect.gen(function* () {
      const everything = Object.fromEntries(sources.map(({ name }) => [name, true]))
      const named = { "/home/ann/.tccli/studio.credential": pair }
      const sdk = { [files.own]: section("studio") }
      const options = { profile: "studio" }
      const sourceOf = (more: World["files"]) =>
        Effect.map(found({ configured: everything, files: more }, options), ({ source }) => source)
      assert.strictEqual(yield* sourceOf({ ...named, ...sdk }), "the profile studio in ~/.tencentcloud/credentials")
      assert.strictEqual(yield* sourceOf(named), "the profile studio of tccli (~/.tccli/studio.credential)")
      assert.deepStrictEqual(yield* disks.why(sourceOf({})), {
        tag: "NotConfigured",
        message:
          "No credentials were found. These places were looked at, in this order: " +
          "the profile studio in ~/.tencentcloud/credentials; the profile studio in /etc/tencentcloud/credentials; " +
          "the profile studio of tccli (~/.tccli/studio.credential). Configure one of them."
      })
    })
  )

  it.effect("the log says which source it is", () =>
    Effect.gen(function* () {
      const { lines } = yield* withLogs(found({ configured: { tccli: true } }))
      assert.deepStrictEqual(lines, [
        {
          level: "Debug",
          text: "The credentials come from the profile default of tccli (~/.tccli/default.credential).",
          values: ["The credentials come from the profile default of tccli (~/.tccli/default.credential)."]
        }
      ])
    })
  )

  it.effect("a file that changes is picked up", () =>
    Effect.gen(function* () {
      const disk = disks.make({ [files.own]: section("default") })
      const context = yield* Layer.build(
        Credentials.layerDefault().pipe(Layer.provide([disk.layer, Fake.layer(), disks.environment()]))
      )
      const id = Credentials.Credentials.use((credentials) => credentials.get).pipe(
        Effect.map(({ secretId }) => secretId),
        Effect.provide(context)
      )
      disk.write(files.own, section("default").replace("AKID1", "AKID2"))
      assert.strictEqual(yield* id, "AKID1")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* id, "AKID2")
    })
  )
})
