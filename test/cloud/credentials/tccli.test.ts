import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Credentials from "../../../src/cloud/Credentials.ts"
import * as Endpoint from "../../../src/cloud/Endpoint.ts"
import * as disks from "../../support/credentialFiles.ts"

const file = (name: string) => `/home/ann/.tccli/${name}`
const home = { HOME: "/home/ann" }

type Files = Parameters<typeof disks.make>[0]

const pair = { secretId: "AKID1", secretKey: "key1" }
/** As long as that of a temporary credential. */
const temporaryId = `AKID${"t".repeat(60)}`
const login = { type: "oauth", secretId: temporaryId, secretKey: "key2", token: "token2", expiresAt: 7200 }

const json = (value: unknown) => JSON.stringify(value, null, 4)

/** What `layerTccli` finds: the credential, with its secrets in the clear, and the region. */
const found = (files: Files, options?: Credentials.TccliOptions, env: Readonly<Record<string, string>> = home) =>
  Effect.all({
    credential: Effect.map(
      Credentials.Credentials.use((credentials) => credentials.get),
      disks.plain
    ),
    region: Effect.map(Endpoint.Endpoint, ({ region }) => region)
  }).pipe(
    Effect.provide(Credentials.layerTccli(options)),
    Effect.provide(disks.make(files).layer),
    Effect.provide(disks.environment(env))
  )

const idOf = (...args: Parameters<typeof found>) => Effect.map(found(...args), ({ credential }) => credential.secretId)

describe("Credentials.layerTccli", () => {
  it.effect("a profile has an id, a key and perhaps a token, and says where it stands", () =>
    Effect.gen(function* () {
      const { credential } = yield* found({ [file("default.credential")]: json({ ...pair, token: "token1" }) })
      assert.deepStrictEqual(credential, {
        ...pair,
        token: "token1",
        source: "the profile default of tccli (~/.tccli/default.credential)",
        expiresAt: undefined
      })
      const bare = yield* found({ [file("default.credential")]: json({ ...pair, token: null, type: "default" }) })
      assert.isUndefined(bare.credential.token)
    })
  )

  it.effect("the profile is the one that is named, else that of TCCLI_PROFILE, else default", () =>
    Effect.gen(function* () {
      const files = Object.fromEntries(
        ["default", "studio", "work"].map((name) => [file(`${name}.credential`), json({ ...pair, secretId: name })])
      )
      const env = { ...home, TCCLI_PROFILE: " work " }
      assert.strictEqual(yield* idOf(files, { profile: "studio" }, env), "studio")
      assert.strictEqual(yield* idOf(files, {}, env), "work")
      assert.strictEqual(yield* idOf(files, {}, { ...home, TCCLI_PROFILE: "" }), "default")
    })
  )

  it.effect("a name does not lead to a file elsewhere", () =>
    Effect.gen(function* () {
      const files = { "/home/ann/x.credential": json(pair), [file("a/x.credential")]: json(pair) }
      for (const profile of ["../x", "a/x", "/home/ann/x", "..\\x", "C:x", "x\0", ""]) {
        assert.deepStrictEqual(yield* disks.why(found(files, { profile })), {
          tag: "WrongFormat",
          message:
            "The credentials in the profile of tccli cannot be used: its name is no file name. " +
            "Give the name alone, without a directory."
        })
      }
      const { message, tag } = yield* disks.why(found(files, {}, { ...home, TCCLI_PROFILE: "../x" }))
      assert.strictEqual(tag, "WrongFormat")
      assert.include(message, "the profile that TCCLI_PROFILE names")
    })
  )

  it.effect("what is not there is not configured", () =>
    Effect.gen(function* () {
      const nowhere = (files: Files, env?: Readonly<Record<string, string>>) => disks.why(found(files, {}, env))
      const message = (place: string) =>
        `No credentials were found. These places were looked at, in this order: the profile default of tccli (${place}. ` +
        "Configure one of them."
      for (const [files, env, place] of [
        [{}, home, "~/.tccli/default.credential)"],
        [{}, {}, "in the home, which is not known)"],
        [{ [file("default.credential")]: json({ secretId: "", token: "t" }) }, home, "~/.tccli/default.credential)"],
        [
          { [file("default.credential")]: json({ type: "cvm-role" }) },
          home,
          "~/.tccli/default.credential), which uses the role of the CVM"
        ]
      ] as const) {
        assert.deepStrictEqual(yield* nowhere(files, env), { tag: "NotConfigured", message: message(place) })
      }
    })
  )

  it.effect.each<readonly [what: string, text: string, tag: string, told: string]>([
    ["the key is missing", json({ secretId: "AKID1" }), "Incomplete", " are not complete: set secretKey there."],
    ["the text ends too soon", `{\n"secretId": "AKID1",\n`, "WrongFormat", ", line 3 cannot be used: this is no JSON."],
    [
      "a comma is missing",
      `{\n"secretId": "KEY"\n"secretKey": "KEY"}`,
      "WrongFormat",
      ", line 3 cannot be used: this is no JSON."
    ],
    ["there is no object", json(["KEY"]), "WrongFormat", ", line 1 cannot be used: this is no JSON object."],
    [
      "a value is a number",
      json({ ...pair, secretKey: 1 }),
      "WrongFormat",
      ", line 3 cannot be used: secretKey is no text."
    ],
    [
      "a value has quotes",
      json({ ...pair, secretKey: `"KEY"` }),
      "WrongFormat",
      ", line 3 cannot be used: secretKey has a quotation"
    ],
    [
      "something is pasted behind",
      json({ ...pair, secretKey: "KEY#0" }),
      "WrongFormat",
      ", line 3 cannot be used: secretKey has `#`"
    ],
    [
      "the expiry is no time",
      json({ ...login, expiresAt: "KEY" }),
      "WrongFormat",
      ", line 6 cannot be used: expiresAt is no Unix"
    ],
    [
      "the expiry is out of time",
      json({ ...login, expiresAt: 1e300 }),
      "WrongFormat",
      ", line 6 cannot be used: expiresAt is no"
    ]
  ])("the reason says what is wrong, and quotes nothing, when %s", ([, text, tag, told]) =>
    Effect.gen(function* () {
      const reason = yield* disks.why(found({ [file("default.credential")]: text }))
      assert.strictEqual(reason.tag, tag)
      assert.include(
        reason.message,
        `The credentials in the profile default of tccli (~/.tccli/default.credential)${told}`
      )
      assert.notInclude(reason.message, "KEY")
    })
  )

  it.effect("the credential of a login is used until it expires, and the error says how to renew it", () =>
    Effect.gen(function* () {
      const files = { [file("default.credential")]: json(login) }
      const { credential } = yield* found(files)
      assert.strictEqual(credential.secretId, temporaryId)
      assert.deepStrictEqual(credential.expiresAt, DateTime.makeUnsafe(7_200_000))
      yield* TestClock.adjust("2 hours")
      assert.deepStrictEqual(yield* disks.why(found(files)), {
        tag: "Expired",
        message:
          "The credentials in the profile default of tccli (~/.tccli/default.credential) expired at 1970-01-01T02:00:00.000Z. " +
          "Use tccli once, which renews them, or log in with it again."
      })
    })
  )

  it.effect.each(["oauth", "sso"])(
    "a key that was set over a login of the type %s is not used with its token",
    (type) =>
      Effect.gen(function* () {
        for (const leftover of [
          { ...login, type, ...pair },
          { type, ...pair }
        ]) {
          const { message, tag } = yield* disks.why(found({ [file("default.credential")]: json(leftover) }))
          assert.strictEqual(tag, "WrongFormat")
          assert.include(
            message,
            ", line 2 cannot be used: its type and token are those of an earlier login, and the key is another one. " +
              "Delete the file, then run `tccli configure`."
          )
        }
      })
  )

  it.effect("the region of tccli is provided where it has one", () =>
    Effect.gen(function* () {
      const region = (configure: Files) =>
        Effect.map(found({ [file("default.credential")]: json(pair), ...configure }), ({ region }) => region)
      const configure = (region: unknown) => ({
        [file("default.configure")]: json({ _sys_param: { region }, cvm: {} })
      })
      assert.strictEqual(yield* region(configure(" eu-frankfurt ")), "eu-frankfurt")
      assert.strictEqual(yield* region(configure("")), "ap-singapore")
      assert.strictEqual(yield* region({}), "ap-singapore")
      assert.strictEqual(yield* region({ [file("default.configure")]: "{}" }), "ap-singapore")
      const { message, tag } = yield* disks.why(region({ [file("default.configure")]: `{\n"_sys_param": {\n` }))
      assert.strictEqual(tag, "WrongFormat")
      assert.include(message, "the profile default of tccli (~/.tccli/default.configure), line 3 cannot be used")
    })
  )

  it.effect("an Endpoint of the caller's own counts before that of tccli", () =>
    Effect.gen(function* () {
      const files = {
        [file("default.credential")]: json(pair),
        [file("default.configure")]: json({ _sys_param: { region: "eu-frankfurt" } })
      }
      const Own = Endpoint.layer({ region: "na-siliconvalley" })
      const region = Effect.map(Endpoint.Endpoint, ({ region }) => region)
      const Tccli = Credentials.layerTccli()
      for (const inForce of [
        region.pipe(Effect.provide(Own), Effect.provide(Tccli)),
        region.pipe(Effect.provide(Tccli), Effect.provide(Own)),
        region.pipe(Effect.provide([Tccli, Own]))
      ]) {
        const found = yield* inForce.pipe(
          Effect.provide(disks.make(files).layer),
          Effect.provide(disks.environment(home))
        )
        assert.strictEqual(found, "na-siliconvalley")
      }
    })
  )
})
