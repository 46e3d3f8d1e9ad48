import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Credentials from "../../../src/cloud/Credentials.ts"
import * as disks from "../../support/credentialFiles.ts"
import { withLogs } from "../../support/logs.ts"

const path = "/home/ann/.tccli/default.credential"

const permanent = (id: string) => JSON.stringify({ secretId: id, secretKey: `key-${id}` })
/** It expires after some seconds of the virtual time. */
const temporary = (id: string, expiresAt: number) =>
  JSON.stringify({ type: "sso", secretId: id.padEnd(60, "t"), secretKey: `key-${id}`, token: "t", expiresAt })

/** A service over a file that a test changes. */
const make = (content: string) =>
  Effect.gen(function* () {
    const disk = disks.make({ [path]: content })
    const context = yield* Layer.build(Credentials.layerTccli().pipe(Layer.provide([disk.layer, disks.environment()])))
    const service = yield* Effect.provide(Credentials.Credentials, context)
    return { ...disk, service, id: Effect.map(service.get, ({ secretId }) => secretId.slice(0, 5)) }
  })

describe("a credential in a file", () => {
  it.effect("is read again at most once a minute, and then as it is there", () =>
    Effect.gen(function* () {
      const { id, reads, write } = yield* make(permanent("AKID1"))
      assert.strictEqual(yield* id, "AKID1")
      write(path, permanent("AKID2"))
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(yield* id, "AKID1")
      assert.strictEqual(reads(), 1)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* id, "AKID2")
      assert.strictEqual(yield* id, "AKID2")
      assert.strictEqual(reads(), 2)
    })
  )

  it.effect("is read once for all fibers", () =>
    Effect.gen(function* () {
      const { id, reads } = yield* make(permanent("AKID1"))
      yield* TestClock.adjust("1 minute")
      yield* Effect.all(
        Array.from({ length: 100 }, () => id),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(reads(), 2)
    })
  )

  it.effect("stays the same value while its text is the same", () =>
    Effect.gen(function* () {
      const { service, write } = yield* make(permanent("AKID1"))
      const first = yield* service.get
      write(path, `${permanent("AKID1")}\n`)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* service.get, first)
      write(path, permanent("AKID1").replace("key-", "key+"))
      yield* TestClock.adjust("1 minute")
      assert.notStrictEqual((yield* service.get).secretKey, first.secretKey)
    })
  )

  it.effect.each<readonly [what: string, spoil: (disk: ReturnType<typeof disks.make>) => void, told: string]>([
    ["is gone", ({ remove }) => remove(path), "No credentials were found"],
    ["is cut off", ({ write }) => write(path, `{"secretId": "AK`), "line 1 cannot be used: this is no JSON"],
    ["cannot be read", ({ write }) => write(path, { content: "", read: "PermissionDenied" }), "cannot be read"],
    ["has expired", ({ write }) => write(path, temporary("AKID2", 1)), "expired at 1970"]
  ])("is used on with a warning when the file %s, until it can be read", ([, spoil, told]) =>
    Effect.gen(function* () {
      const disk = yield* make(permanent("AKID1"))
      spoil(disk)
      yield* TestClock.adjust("1 minute")
      const { lines, value } = yield* withLogs(Effect.all([disk.id, disk.id]))
      assert.deepStrictEqual(value, ["AKID1", "AKID1"])
      assert.deepStrictEqual(
        lines.map(({ level }) => level),
        ["Warn"]
      )
      assert.match(lines[0]?.text ?? "", /^The old credentials are used for now\. /)
      assert.include(lines[0]?.text, told)
      disk.write(path, permanent("AKID3"))
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* disk.id, "AKID3")
    })
  )

  it.effect("is not used once it has expired, and is read again a second after that failed", () =>
    Effect.gen(function* () {
      const { id, reads, write } = yield* make(temporary("AKID1", 90))
      yield* TestClock.adjust("89 seconds")
      assert.strictEqual(yield* id, "AKID1")
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* disks.why(id)).tag, "Expired")
      const before = reads()
      assert.strictEqual((yield* disks.why(id)).tag, "Expired")
      assert.strictEqual(reads(), before)
      write(path, temporary("AKID2", 7200))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* id, "AKID2")
    })
  )

  it.effect("is read at once when its token was refused", () =>
    Effect.gen(function* () {
      const { service, write } = yield* make(temporary("AKID1", 7200))
      const refused = yield* service.get
      assert.strictEqual(yield* service.renew?.(refused) ?? Effect.die("no renew"), refused)
      write(path, temporary("AKID2", 7200))
      const renewed = yield* service.renew?.(refused) ?? Effect.die("no renew")
      assert.strictEqual(renewed.secretId.slice(0, 5), "AKID2")
      assert.strictEqual(yield* service.get, renewed)
    })
  )
})
