import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import * as Credentials from "../../../src/cloud/Credentials.ts"
import * as disks from "../../support/credentialFiles.ts"
import { withLogs } from "../../support/logs.ts"
import { property } from "../../support/property.ts"

const own = "/home/ann/.tencentcloud/credentials"
const system = "/etc/tencentcloud/credentials"

type Files = Parameters<typeof disks.make>[0]

const section = (name: string, id: string) => `[${name}]\nsecret_id = ${id}\nsecret_key = key-${id}\n`

/** What `layerProfile` finds on a disk, with its secrets in the clear. */
const found = (files: Files, options?: Credentials.ProfileOptions, env?: Readonly<Record<string, string>>) =>
  Credentials.Credentials.use((credentials) => credentials.get).pipe(
    Effect.map(disks.plain),
    Effect.provide(Credentials.layerProfile(options)),
    Effect.provide(disks.make(files).layer),
    Effect.provide(disks.environment(env))
  )

const idOf = (...[files, options, env]: Parameters<typeof found>) =>
  Effect.map(found(files, options, env), ({ secretId }) => secretId)

describe("Credentials.layerProfile", () => {
  it.effect("a profile has an id, a key and perhaps a token, and says where it stands", () =>
    Effect.gen(function* () {
      const text =
        "; mine\n[default]\nsecret_id=AKID1\r\n  secret_key =  key1  \ntoken = token1 # for a day\nregion = x\n"
      assert.deepStrictEqual(yield* found({ [own]: text }), {
        secretId: "AKID1",
        secretKey: "key1",
        token: "token1",
        source: "the profile default in ~/.tencentcloud/credentials"
      })
      assert.isUndefined((yield* found({ [own]: section("default", "AKID1") })).token)
    })
  )

  it.effect("the profile of a name is read, also of a name with dots, and no other", () =>
    Effect.gen(function* () {
      const files = { [own]: section("default", "AKID1") + section("studio", "AKID2") + section("a.b", "AKID3") }
      assert.strictEqual(yield* idOf(files, { profile: "studio" }), "AKID2")
      assert.strictEqual(yield* idOf(files, { profile: "a.b" }), "AKID3")
      for (const profile of ["a", "default.secret_id", "__proto__", "constructor", ""]) {
        assert.deepStrictEqual(yield* disks.why(found(files, { profile })), {
          tag: "NotConfigured",
          message:
            `No credentials were found. These places were looked at, in this order: ` +
            `the profile ${profile} in ~/.tencentcloud/credentials; the profile ${profile} in ${system}. ` +
            "Configure one of them."
        })
      }
    })
  )

  it.effect("the user's file counts before the system's, and the system's where the user has no such profile", () =>
    Effect.gen(function* () {
      const both = { [own]: section("default", "AKID1"), [system]: section("default", "AKID2") }
      assert.strictEqual(yield* idOf(both), "AKID1")
      assert.strictEqual(yield* idOf({ ...both, [own]: section("studio", "AKID1") }), "AKID2")
      assert.strictEqual(yield* idOf({ [system]: section("default", "AKID2") }), "AKID2")
      assert.strictEqual(yield* idOf(both, {}, {}), "AKID2")
    })
  )

  it.effect("a path of one's own is the only file that is looked at", () =>
    Effect.gen(function* () {
      const files = { [own]: section("default", "AKID1"), "/keys.ini": section("studio", "AKID2") }
      assert.strictEqual(yield* idOf(files, { path: "/keys.ini", profile: "studio" }), "AKID2")
      assert.deepStrictEqual(yield* disks.why(found(files, { path: "/keys.ini" })), {
        tag: "NotConfigured",
        message:
          "No credentials were found. These places were looked at, in this order: the profile default in /keys.ini. " +
          "Configure one of them."
      })
    })
  )

  it.effect.each<readonly [what: string, text: string, tag: string, told: string]>([
    [
      "the key is missing",
      "[default]\nsecret_id = AKID1",
      "Incomplete",
      "line 1 are not complete: set secret_key there."
    ],
    [
      "the id is empty",
      "\n[default]\nsecret_id =\nsecret_key = k",
      "Incomplete",
      "line 2 are not complete: set secret_id"
    ],
    ["a line has no value", "[default]\nsecret_id", "WrongFormat", "line 2 cannot be used: this line is no section"],
    ["the file uses colons", "[default]\nsecret_id: AKID1", "WrongFormat", "line 2 cannot be used: this line is no"],
    [
      "a section is not closed",
      "# k\r\n\r\n[default\r\n",
      "WrongFormat",
      "line 3 cannot be used: this line is no section"
    ],
    [
      "a section has the name of a value",
      "default = x\n[default]\na = 1",
      "WrongFormat",
      "line 3 cannot be used: the name"
    ],
    [
      "a value is a list",
      "[default]\nsecret_id[] = a\nsecret_key = k",
      "WrongFormat",
      "line 2 cannot be used: secret_id is no"
    ],
    [
      "a value is a truth value",
      "[default]\nsecret_id = true",
      "WrongFormat",
      "line 2 cannot be used: secret_id is no text"
    ],
    [
      "a quote is not closed",
      `[default]\nsecret_id = A\nsecret_key = "k`,
      "WrongFormat",
      "line 3 cannot be used: secret_key has a quotation"
    ],
    [
      "a quote is of another kind",
      "[default]\nsecret_id = “AKID1”",
      "WrongFormat",
      "line 2 cannot be used: secret_id has a quotation"
    ],
    [
      "something is pasted behind",
      "[default]\nsecret_id = A\nsecret_key = k:1",
      "WrongFormat",
      "line 3 cannot be used: secret_key has `#`"
    ],
    [
      "a value has a space",
      "[default]\nsecret_id = AKID 1",
      "WrongFormat",
      "line 2 cannot be used: secret_id has a space"
    ],
    [
      "the last of two values is wrong",
      "[default]\nsecret_id = A\nsecret_id = B C",
      "WrongFormat",
      "line 3 cannot be used"
    ]
  ])("the reason names the line when %s", ([, text, tag, told]) =>
    Effect.gen(function* () {
      const reason = yield* disks.why(found({ [own]: text }))
      assert.strictEqual(reason.tag, tag)
      assert.include(reason.message, `The credentials in the profile default in ~/.tencentcloud/credentials, ${told}`)
    })
  )

  it.effect.each<readonly [what: string, text: string]>([
    ["double quotes", `[default]\nsecret_id = "AKID1"\nsecret_key = "key1"`],
    ["single quotes", `[default]\nsecret_id = 'AKID1'\nsecret_key = 'key1'`],
    ["a comment behind it", "[default]\nsecret_id = AKID1 ; mine\nsecret_key = key1#ap-singapore#0"],
    ["a BOM before the file", "\ufeff[default]\nsecret_id = AKID1\nsecret_key = key1"],
    ["a BOM and white space around it", "[default]\nsecret_id = \ufeffAKID1\t\nsecret_key =\u00a0key1\ufeff"]
  ])("a value is read without %s", ([, text]) =>
    Effect.gen(function* () {
      const { secretId, secretKey } = yield* found({ [own]: text })
      assert.deepStrictEqual([secretId, secretKey], ["AKID1", "key1"])
    })
  )

  it.effect.each<readonly [what: string, file: NonNullable<Files>[string]]>([
    ["is a directory", { content: "", type: "Directory" }],
    ["is a pipe", { content: "", type: "FIFO" }],
    ["is not this user's", { content: "", read: "PermissionDenied" }],
    ["is in a place that is no directory", { content: "", stat: "BadResource" }],
    ["is not UTF-8", { content: new Uint8Array([0xff, 0xfe, 0x5b, 0]) }],
    ["is huge", { content: "#".repeat(2 ** 18 + 1) }]
  ])("a file that %s is one that cannot be read", ([, file]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* disks.why(found({ [own]: file, [system]: section("default", "AKID2") })), {
        tag: "UnreadableFile",
        message:
          "The file ~/.tencentcloud/credentials cannot be read. Check that it is a file of UTF-8 text that this user may read."
      })
    })
  )

  it.effect("a home that this user may not look into has no file", () =>
    Effect.gen(function* () {
      const files: Files = { [own]: { content: "", stat: "PermissionDenied" }, [system]: section("default", "AKID2") }
      assert.strictEqual(yield* idOf(files), "AKID2")
    })
  )

  it.effect("a file that others may read gives one warning that says what to do, and others give none", () =>
    Effect.gen(function* () {
      const content = section("default", "AKID1")
      for (const [mode, warnings] of [
        [0o100600, 0],
        [0o100400, 0],
        [0o100640, 1],
        [0o100604, 1]
      ] as const) {
        const { lines } = yield* withLogs(found({ [own]: { content, mode } }))
        assert.deepStrictEqual(
          lines.map(({ level, text }) => `${level}: ${text}`),
          Array.from(
            { length: warnings },
            () =>
              "Warn: Other users of this computer may read ~/.tencentcloud/credentials, which holds a secret key. " +
              "Run: chmod 600 ~/.tencentcloud/credentials"
          )
        )
      }
    })
  )

  it.effect("the line of a mistake is found fast in a file of many profiles", () =>
    Effect.gen(function* () {
      const others = Array.from({ length: 1000 }, (_, index) => section(`p${index}`, `AKID${index}`)).join("")
      const { message } = yield* disks.why(found({ [own]: `${others}[default]\nsecret_id = A\nsecret_key = k k\n` }))
      assert.include(message, "line 3003 cannot be used: secret_key")
    })
  )

  property(
    "any text is a credential or has a reason that holds no part of it, and a line that is there",
    [
      fc.string({
        unit: fc.constantFrom("[", "]", "=", "\n", "default", "secret_id", "secret_key", "KEY", '"', "#", " ")
      })
    ],
    (text) =>
      Effect.gen(function* () {
        const result = yield* Effect.result(found({ [own]: text }))
        if (result._tag === "Success") return
        const { message, reason } = result.failure
        assert.include(["NotConfigured", "Incomplete", "WrongFormat"], reason._tag)
        assert.notInclude(message, "KEY")
        if ("line" in reason && reason.line !== undefined) assert.isAtMost(reason.line, text.split("\n").length)
      })
  )
})
