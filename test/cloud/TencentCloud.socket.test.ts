/**
 * A call over real sockets, with both transports that the documentation names: what arrives, and what a connection that
 * breaks means for a paid request.
 */
import * as http from "node:http"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Result, Schedule } from "effect"
import { FetchHttpClient } from "effect/http"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as Endpoint from "../../src/cloud/Endpoint.ts"
import * as Policy from "../../src/cloud/Policy.ts"
import * as Tc3 from "../../src/cloud/Tc3.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import { printed } from "../support/printed.ts"
import { credential, input, once, over, Query, Submit, token } from "../support/wire.ts"

const answer = JSON.stringify({ Response: { Status: "RUN", RequestId: "e7c1aa24" } })

/** A server on this machine, and the requests that arrived whole. */
const serve = (listener: (response: http.ServerResponse, nth: number) => unknown) =>
  Effect.acquireRelease(
    Effect.callback<{
      readonly server: http.Server
      readonly host: string
      readonly seen: Array<{ readonly headers: http.IncomingHttpHeaders; readonly body: Buffer }>
    }>((resume) => {
      const seen: Array<{ readonly headers: http.IncomingHttpHeaders; readonly body: Buffer }> = []
      const server = http.createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          seen.push({ headers: request.headers, body: Buffer.concat(chunks) })
          listener(response, seen.length)
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" ? address?.port : undefined
        resume(Effect.succeed({ server, seen, host: `127.0.0.1:${port}` }))
      })
    }),
    ({ server }) =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  )

const at = (host: string) => Effect.provide(Endpoint.layer({ protocol: "http", host }))
const twice = Effect.provide(Policy.layer({ retry: Schedule.recurs(1) }))

const clients = { fetch: FetchHttpClient.layer, undici: NodeHttpClient.layerUndici }

for (const [name, client] of Object.entries(clients)) {
  describe(`over ${name}`, () => {
    const query = TencentCloud.call(Query, input).pipe(Effect.provide(over(client)))
    const submit = TencentCloud.call(Submit, input).pipe(Effect.provide(over(client)))

    it.live("the request arrives as it was signed, and without trace headers", () =>
      Effect.gen(function* () {
        const { host, seen } = yield* serve((response) => response.end(answer))
        assert.deepStrictEqual(yield* query.pipe(at(host), Effect.withSpan("outer")), { Status: "RUN" })
        const [one] = seen
        if (one === undefined) return assert.fail("nothing arrived")
        const { authorization = "", "x-tc-timestamp": timestamp, host: hostHeader, ...headers } = one.headers
        assert.strictEqual(hostHeader, host)
        assert.isTrue(
          Tc3.verify({
            method: "POST",
            host,
            headers: { "content-type": headers["content-type"], "x-tc-action": String(headers["x-tc-action"]) },
            payload: one.body,
            authorization: Result.getOrThrow(Tc3.parseAuthorization(authorization)),
            timestamp: Number(timestamp),
            credential
          })
        )
        assert.strictEqual(headers["x-tc-token"], token)
        for (const trace of ["traceparent", "tracestate", "b3"]) assert.notProperty(headers, trace)
      })
    )

    it.live("a refused connection sent nothing, and is retried for a submission too", () =>
      Effect.gen(function* () {
        const { host } = yield* Effect.scoped(serve((response) => response.end(answer)))
        const { message, reason } = yield* Effect.flip(submit).pipe(once, at(host))
        assert.deepStrictEqual([reason._tag, reason.isRetryable, reason.mayHaveRun], ["Transport", true, false])
        assert.match(message, /ECONNREFUSED/)
        // Somebody listens there by the time of the retry.
        const free = Number(host.split(":")[1])
        const late = Effect.acquireRelease(
          Effect.sync(() => http.createServer((_, response) => response.end(answer)).listen(free, "127.0.0.1")),
          (server) => Effect.sync(() => server.close())
        )
        const retry = Schedule.spaced("200 millis").pipe(Schedule.upTo({ times: 20 }))
        const [status] = yield* Effect.all([submit, Effect.delay(late, "300 millis")], { concurrency: 2 }).pipe(
          at(host),
          Effect.provide(Policy.layer({ retry }))
        )
        assert.deepStrictEqual(status, { Status: "RUN" })
      })
    )

    it.live("a name that has no address sent nothing", () =>
      Effect.gen(function* () {
        const { reason } = yield* Effect.flip(submit).pipe(
          once,
          Effect.provide(Endpoint.layer({ host: "nowhere.invalid" }))
        )
        assert.deepStrictEqual([reason._tag, reason.mayHaveRun], ["Transport", false])
      })
    )

    it.live.each<readonly [what: string, act: (response: http.ServerResponse) => unknown]>([
      ["before the answer", (response) => response.destroy()],
      ["within the body", (response) => response.write(answer.slice(0, 20), () => response.destroy())],
      [
        "far before its Content-Length",
        (response) => {
          response.writeHead(200, { "content-length": "1000000000" })
          response.write(answer, () => response.destroy())
        }
      ]
    ])("a connection that is lost %s is repaired for a query, and ends a submission", ([, act]) =>
      Effect.gen(function* () {
        const { host, seen } = yield* serve((response, nth) => (nth % 2 === 1 ? act(response) : response.end(answer)))
        assert.deepStrictEqual(yield* query.pipe(twice, at(host)), { Status: "RUN" })
        assert.strictEqual(seen.length, 2)
        const { reason } = yield* Effect.flip(submit).pipe(twice, at(host))
        assert.deepStrictEqual([reason._tag, reason.isRetryable, reason.mayHaveRun], ["Transport", true, true])
        assert.strictEqual(seen.length, 3)
      })
    )

    it.live("credentials that no header can carry are in no error, and are not sent", () =>
      Effect.gen(function* () {
        const { host, seen } = yield* serve((response) => response.end(answer))
        const broken: ReadonlyArray<Credentials.Credential> = [
          { ...credential, secretId: "AKID\nEXAMPLE" },
          { ...credential, token: Redacted.make(`${token}\n${token}`) }
        ]
        for (const credential of broken) {
          const error = yield* Effect.flip(TencentCloud.call(Query, input)).pipe(
            at(host),
            Effect.provide(TencentCloud.layer.pipe(Layer.provide([client, Credentials.layer(credential)])))
          )
          assert.strictEqual(error.reason._tag, "NoCredentials")
          assert.isFalse(printed(error).includes(token))
          assert.notMatch(printed(error), /[0-9a-f]{64}/)
        }
        assert.deepStrictEqual(seen, [])
      })
    )
  })
}
