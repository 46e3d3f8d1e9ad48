import { assert, describe, it } from "@effect/vitest"
import { ByteSize, Effect, Fiber, Schedule } from "effect"
import { HttpClient, HttpClientError, HttpClientRequest } from "effect/http"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { exchange } from "../../../src/cloud/internal/exchange.ts"
import type * as Policy from "../../../src/cloud/Policy.ts"
import { makeSend } from "../../../src/internal/send.ts"
import { anything } from "../../support/arbitraries.ts"
import { property } from "../../support/property.ts"
import { type Answer, dropped, respond, settled, silence, slow, transport } from "../../support/wire.ts"

const policy: Policy.Options = {
  timeout: "10 seconds",
  maxResponseSize: ByteSize.mebibytes(1),
  retry: Schedule.recurs(0)
}

const request = HttpClientRequest.post("https://host.example/")

/** One exchange over a transport that gives this answer. */
const exchanged = Effect.fnUntraced(function* (answer: Answer, changes: Partial<Policy.Options> = {}) {
  const { client, sent } = yield* transport(answer)
  const send = yield* Effect.provideService(makeSend, HttpClient.HttpClient, client)
  return { sent, exchange: exchange(send, request, { ...policy, ...changes }) }
})

const answered = (answer: Answer, changes?: Partial<Policy.Options>) =>
  Effect.flatMap(exchanged(answer, changes), ({ exchange }) => exchange)
const failure = (answer: Answer, changes?: Partial<Policy.Options>) => Effect.flip(answered(answer, changes))

describe("an exchange", () => {
  it.effect("gives status, headers and text", () =>
    Effect.gen(function* () {
      const { headers, status, text } = yield* answered(respond("no", { status: 502, headers: { date: "today" } }))
      assert.deepStrictEqual([status, headers["date"], text], [502, "today", "no"])
    })
  )

  it.effect.each<readonly [what: string, body: BodyInit, text: string]>([
    ["without a byte order mark", "\uFEFFyes", "yes"],
    ["with a sign for each byte that is no text", new Uint8Array([0x79, 0xff, 0x73]), "y\ufffds"]
  ])("gives the text %s", ([, body, text]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* answered(respond(body))).text, text)
    })
  )

  property(
    "gives the bytes of the answer, however they are cut",
    [fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 8 })],
    Effect.fnUntraced(function* (chunks) {
      const stream = new ReadableStream({
        start: (controller) => {
          for (const chunk of chunks) controller.enqueue(new Uint8Array(chunk))
          controller.close()
        }
      })
      const { text } = yield* answered(respond(stream))
      assert.strictEqual(text, new TextDecoder().decode(Buffer.concat(chunks)))
    })
  )
})

describe("an answer that does not come", () => {
  it.effect("ends the exchange after the policy's time, and aborts its request", () =>
    Effect.gen(function* () {
      const { exchange, sent } = yield* exchanged(silence)
      const fiber = yield* Effect.forkChild(Effect.flip(exchange))
      yield* TestClock.adjust("9999 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.match((yield* Fiber.join(fiber)).message, /^No answer came within 10s\./)
      assert.isTrue((yield* sent)[0]?.signal.aborted)
    })
  )

  it.effect("ends the exchange as well when only its body does not end", () =>
    Effect.gen(function* () {
      let cancelled = false
      const stalled = new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode(`{"Response":`)),
        cancel: () => void (cancelled = true)
      })
      assert.strictEqual((yield* settled(failure(respond(stalled))))._tag, "Timeout")
      assert.isTrue(cancelled)
    })
  )

  it.effect("is waited for as long as the policy says", () =>
    Effect.gen(function* () {
      const { status } = yield* settled(answered(slow("50 seconds"), { timeout: "1 minute" }))
      assert.strictEqual(status, 200)
    })
  )

  it.effect("is not waited for when its caller is interrupted", () =>
    Effect.gen(function* () {
      const { exchange, sent } = yield* exchanged(silence)
      const fiber = yield* Effect.forkChild(exchange)
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.isTrue((yield* sent)[0]?.signal.aborted)
    })
  )
})

describe("an answer that is too large", () => {
  const MiB = 1024 * 1024

  it.effect("is a MalformedResponse one byte past the size that the policy allows", () =>
    Effect.gen(function* () {
      const { text } = yield* answered(respond("x".repeat(MiB)))
      assert.strictEqual(text.length, MiB)
      const reason = yield* failure(respond("x".repeat(MiB + 1)))
      if (reason._tag !== "MalformedResponse") return assert.fail(reason._tag)
      assert.strictEqual(reason.description, "it is larger than 1 MiB")
      assert.strictEqual((yield* failure(respond("x".repeat(2000)), { maxResponseSize: 1999 }))._tag, reason._tag)
    })
  )

  it.effect.each([1024, 64 * 1024, 16 * MiB])("is cut off while it is read, in chunks of %s bytes", (chunk) =>
    Effect.gen(function* () {
      let read = 0
      let cancelled = false
      const endless = new ReadableStream({
        pull: (controller) => {
          read += chunk
          controller.enqueue(new Uint8Array(chunk))
        },
        cancel: () => void (cancelled = true)
      })
      assert.strictEqual((yield* failure(respond(endless)))._tag, "MalformedResponse")
      assert.isTrue(cancelled)
      assert.isAtMost(read, MiB + 3 * chunk)
    })
  )
})

/** An error as Node makes it. */
const nodeError = (code: string, syscall?: string) =>
  Object.assign(new Error(syscall === undefined ? "" : `${syscall} ${code}`), { code, syscall })
const fetchFailed = (cause: unknown) => new TypeError("fetch failed", { cause })

describe("a transport that fails", () => {
  const connectionRefused = nodeError("ECONNREFUSED", "connect")

  it.effect.each<readonly [what: string, cause: unknown]>([
    ["a refused connection", connectionRefused],
    ["a refused connection, as fetch tells it", fetchFailed(connectionRefused)],
    [
      "a refused connection, as Bun tells it",
      Object.assign(new Error("Unable to connect"), { code: "ConnectionRefused" })
    ],
    ["a name that has no address", fetchFailed(nodeError("ENOTFOUND", "getaddrinfo"))],
    ["a name that could not be looked up", nodeError("EAI_AGAIN", "getaddrinfo")],
    ["a connection that took too long", fetchFailed(nodeError("UND_ERR_CONNECT_TIMEOUT"))],
    ["a connection that took too long, as the system tells it", nodeError("ETIMEDOUT", "connect")],
    ["a network without a way there", nodeError("ENETUNREACH", "connect")],
    ["refused connections to several addresses", new AggregateError([connectionRefused, connectionRefused])],
    [
      "refused connections to several addresses, as fetch tells them",
      fetchFailed(new AggregateError([connectionRefused, nodeError("ETIMEDOUT", "connect")]))
    ],
    ["a certificate that has expired", fetchFailed(nodeError("CERT_HAS_EXPIRED"))],
    ["a certificate that is for another host", fetchFailed(nodeError("ERR_TLS_CERT_ALTNAME_INVALID"))],
    [
      "a proxy whose connection was lost",
      Object.assign(nodeError("UND_ERR_PRX_CONN"), { cause: nodeError("UND_ERR_SOCKET") })
    ],
    ["a transport of one's own that knows it", { mayHaveRun: false }]
  ])("(%s) sent nothing", ([, cause]) =>
    Effect.gen(function* () {
      const reason = yield* failure(dropped(cause))
      assert.strictEqual(reason._tag, "Transport")
      assert.deepStrictEqual([reason.isRetryable, reason.mayHaveRun], [true, false])
    })
  )

  it.effect.each<readonly [what: string, cause: unknown]>([
    ["a connection that was reset", fetchFailed(nodeError("ECONNRESET", "read"))],
    ["a connection that was closed", fetchFailed(nodeError("UND_ERR_SOCKET"))],
    ["headers that did not come", nodeError("UND_ERR_HEADERS_TIMEOUT")],
    ["a broken pipe", nodeError("EPIPE", "write")],
    ["a time that ran out while reading", nodeError("ETIMEDOUT", "read")],
    [
      "one of several addresses that answered",
      new AggregateError([connectionRefused, nodeError("ECONNRESET", "read")])
    ],
    ["several addresses without a word", new AggregateError([])],
    ["an error that says nothing", new Error("failed")],
    ["no cause", undefined],
    ["a text", "ECONNREFUSED"],
    ["a transport of one's own that says that it may have run", { mayHaveRun: true }]
  ])("(%s) may have sent the request", ([, cause]) =>
    Effect.gen(function* () {
      const reason = yield* failure(dropped(cause))
      assert.strictEqual(reason._tag, "Transport")
      assert.deepStrictEqual([reason.isRetryable, reason.mayHaveRun], [true, true])
    })
  )

  it.effect("says which host could not be reached, and why", () =>
    Effect.gen(function* () {
      const { message } = yield* failure(dropped(fetchFailed(connectionRefused)))
      assert.strictEqual(
        message,
        "https://host.example/ could not be reached (connect ECONNREFUSED). Check the network and the endpoint."
      )
    })
  )

  it.effect("says the words of its cause alone, when that says that sending again is of no use", () =>
    Effect.gen(function* () {
      const reason = yield* failure(dropped({ isRetryable: false, message: "No recording fits." }))
      assert.isFalse(reason.isRetryable)
      assert.strictEqual(reason.message, "No recording fits.")
    })
  )

  const part = anything({ withNullPrototype: true, withBigInt: true, withDate: true })
  property(
    "with any cause is a Transport",
    [fc.oneof(part, fc.record({ message: part }), fc.record({ cause: part, code: part }), fc.record({ errors: part }))],
    Effect.fnUntraced(function* (cause) {
      const reason = yield* failure(dropped(cause))
      assert.strictEqual(reason._tag, "Transport")
      assert.isString(reason.message)
    }),
    { runs: 1000 }
  )

  property(
    "with a cause deep inside others, or inside itself, is a Transport",
    [fc.nat({ max: 1000 })],
    Effect.fnUntraced(function* (depth) {
      let cause: unknown = connectionRefused
      for (let level = 0; level < depth; level++) cause = level % 2 === 0 ? { cause } : { errors: [cause] }
      assert.strictEqual((yield* failure(dropped(cause)))._tag, "Transport")
      const itself: { cause?: unknown } = {}
      itself.cause = itself
      assert.strictEqual((yield* failure(dropped(itself)))._tag, "Transport")
    }),
    { runs: 20 }
  )

  it.effect("before it could write the request is an InvalidInput", () =>
    Effect.gen(function* () {
      const unwritable: Answer = ({ request }) =>
        Effect.fail(new HttpClientError.HttpClientError({ reason: new HttpClientError.EncodeError({ request }) }))
      const reason = yield* failure(unwritable)
      assert.strictEqual(reason._tag, "InvalidInput")
    })
  )
})
