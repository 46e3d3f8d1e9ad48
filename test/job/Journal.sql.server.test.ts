/** The journal in a table of a real PostgreSQL: the contract, and what several processes do to one operation. */
import { PgClient } from "@effect/sql-pg"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Redacted, Scope } from "effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as Journal from "../../src/job/Journal.ts"
import { hasPostgres, startPostgres } from "../support/postgres.ts"
import { start, until } from "../support/processes.ts"
import { id, list, submit, ticket } from "./internal/journal/support.ts"
import { contract, type Lives } from "./journalContract.ts"

const scope = Scope.makeUnsafe()
let url = ""
beforeAll(async () => {
  if (hasPostgres) ({ url } = await Effect.runPromise(Scope.provide(startPostgres, scope)))
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const client = Layer.suspend(() => PgClient.layer({ url: Redacted.make(url), maxConnections: 2 }))

let tables = 0
const newTable = () => `journal_${(tables += 1)}`

const journalIn = (table: string) => Layer.orDie(Journal.layerSql({ table }).pipe(Layer.provideMerge(client)))

const lives: Lives = Effect.gen(function* () {
  const connected = yield* Effect.orDie(Layer.build(client))
  // In virtual time a connection would come too late.
  yield* Context.get(connected, SqlClient.SqlClient)`SELECT 1`.pipe(Effect.orDie)
  const scope = yield* Effect.scope
  const journal = Journal.layerSql({ table: newTable() }).pipe(Layer.provide(Layer.succeedContext(connected)))
  return Effect.map(Layer.buildWithScope(journal, scope), Context.get(Journal.Journal))
})

describe.skipIf(!hasPostgres)("a journal in PostgreSQL", () => {
  contract(lives)

  it.live("sends one of the submissions of the same operation that several processes begin at once", () =>
    Effect.gen(function* () {
      const table = newTable()
      const worker = new URL("journalWorker.ts", import.meta.url).pathname
      const began = Date.now() + 4000
      const printed = yield* Effect.forEach(
        ["1", "2", "3", "4"],
        (digit) =>
          Effect.gen(function* () {
            const child = yield* start(process.execPath, [worker, url, table, digit, String(began)])
            let text = ""
            child.stdout?.on("data", (chunk) => {
              text += chunk
            })
            yield* until(
              Effect.sync(() => text.includes("end")),
              "the end of a process"
            )
            return text.split("\n")
          }),
        { concurrency: "unbounded" }
      )
      const lines = printed.flat()
      const { entries, unreadable } = yield* Effect.provide(list, journalIn(table))
      assert.lengthOf(entries, 20)
      assert.deepStrictEqual(unreadable, [])
      for (const { operation, ticket } of entries) {
        assert.lengthOf(
          lines.filter((line) => line === `sent ${operation}`),
          1,
          operation
        )
        // Who came too late was told so, or has the one ticket.
        const said = lines.filter((line) => line.startsWith(`${operation} `))
        assert.lengthOf(said, 4)
        for (const line of said)
          assert.include([`${operation} ${ticket?.jobId}`, `${operation} SubmissionUnknown`], line)
      }
    })
  )

  it.live("submits nothing inside a transaction", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const sent = submit("order-17", Effect.die(new Error("sent")))
      const error = yield* Effect.flip(sql.withTransaction(sent))
      assert.match(
        error.message,
        /^Nothing was submitted, since the journal cannot be written: it is inside a transaction/
      )
    }).pipe(Effect.provide(journalIn(newTable())))
  )

  it.live("records the end of a job that another process submitted without reading all entries", () =>
    Effect.gen(function* () {
      const table = newTable()
      yield* Effect.provide(submit("order-17", Effect.succeed(ticket)), journalIn(table))
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        // An entry that would be told as unreadable.
        yield* sql`INSERT INTO ${sql(table)} (id, name, part) VALUES ('order-18.1', 'entry', 'cut o')`
        const journal = yield* Journal.Journal
        yield* journal.downloaded(id, ["/a.glb"])
        const found = yield* journal.find(id)
        assert.deepStrictEqual(found._tag === "Some" ? found.value.files?.paths : undefined, ["/a.glb"])
        assert.deepStrictEqual(
          (yield* journal.list).unreadable.map(({ place }) => place),
          [`${table}/order-18.1`]
        )
      }).pipe(Effect.provide(journalIn(table)))
    })
  )

  it.live("uses a table that is there when the role may not make one", () =>
    Effect.gen(function* () {
      const table = newTable()
      yield* Effect.provide(submit("order-17", Effect.succeed(ticket)), journalIn(table))
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql`REVOKE CREATE ON SCHEMA public FROM PUBLIC`
        yield* sql`CREATE ROLE guest LOGIN`
        yield* sql`GRANT SELECT, INSERT, UPDATE ON ${sql(table)} TO guest`
      }).pipe(Effect.provide(client))
      const guest = PgClient.layer({ url: Redacted.make(url.replace("postgres@", "guest@")) })
      const recorded = yield* Effect.provide(
        submit("order-17", Effect.die(new Error("sent twice"))),
        Journal.layerSql({ table }).pipe(Layer.provide(guest))
      )
      assert.strictEqual(recorded.jobId, id)
    })
  )

  it.live("fails with a JournalError that names the place when the database fails", () =>
    Effect.gen(function* () {
      const table = newTable()
      const sent = submit("order-17", Effect.die(new Error("sent")))
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql`CREATE VIEW ${sql(table)} AS SELECT 'a' AS id, 'b' AS name, 'c' AS part`
        const error = yield* Effect.flip(sent)
        if (error._tag !== "JournalError") return assert.fail(error.message)
        assert.strictEqual(error.place, `${table}/order-17.1`)
        assert.match(error.message, /^Nothing was submitted, since the journal cannot be written: .+view/)
      }).pipe(Effect.provide(journalIn(table)))
    })
  )
})
