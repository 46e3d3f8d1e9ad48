import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as fc from "fast-check"
import { differences, fingerprint } from "../../../../src/job/internal/journal/fingerprint.ts"
import * as JobKind from "../../../../src/job/JobKind.ts"
import * as Journal from "../../../../src/job/Journal.ts"
import { jsonValue, key } from "../../../support/arbitraries.ts"
import * as memoryDisk from "../../../support/memoryDisk.ts"
import { property } from "../../../support/property.ts"
import { submission, ticket } from "./support.ts"

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, nested]) => [key, shuffled(nested)])
  )
}

const fields = fc.dictionary(key, jsonValue())

describe("a fingerprint", () => {
  property("does not depend on the order of keys, however deep", [fields], (request) => {
    assert.deepStrictEqual(differences(fingerprint("a", request), fingerprint("a", shuffled(request))), [])
  })

  property("names exactly the fields that differ", [fields, fields], (one, other) => {
    const same = (field: string) =>
      Object.hasOwn(one, field) &&
      Object.hasOwn(other, field) &&
      JSON.stringify(shuffled(shuffled(one[field]))) === JSON.stringify(shuffled(shuffled(other[field])))
    const expected = [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((field) => !same(field))
    assert.sameMembers([...differences(fingerprint("a", one), fingerprint("a", other))], expected)
  })

  it("of an equal request looks different in another operation", () => {
    assert.notStrictEqual(
      fingerprint("a", { Prompt: "a cup" })["Prompt"],
      fingerprint("b", { Prompt: "a cup" })["Prompt"]
    )
  })

  it("of a request that is no object is one of the whole", () => {
    assert.deepStrictEqual(Object.keys(fingerprint("a", ["x"])), ["request"])
  })

  const secret = fc.stringMatching(/^[A-Za-z0-9]{12,40}$/)

  property("and what is printed and stored with it hold nothing of the request", [secret, secret], (text, signature) =>
    Effect.gen(function* () {
      const disk = memoryDisk.make()
      const Files = Journal.layerDirectory("/journal").pipe(Layer.provide(disk.layer({ yields: [0] })))
      const journal = yield* Layer.build(Files).pipe(
        Effect.flatMap((context) => Effect.provide(Journal.Journal, context))
      )
      const submit = (operation: string, request: JobKind.ProRequest) =>
        journal.submit({ ...submission(operation), request }, Effect.succeed(ticket))
      yield* submit("prompt", { Prompt: text })
      yield* submit("base64", { ImageBase64: Buffer.from(text).toString("base64") })
      yield* submit("link", { ImageUrl: `https://host/a.png?q-signature=${signature}` })
      const conflict = yield* Effect.flip(submit("prompt", { Prompt: `${text} ` }))
      const { entries } = yield* journal.list
      const all = JSON.stringify([...disk.texts(), entries, conflict, conflict.message])
      for (const part of [text, Buffer.from(text).toString("base64"), signature]) assert.notInclude(all, part)
      assert.lengthOf(entries, 3)
    })
  )
})
