/**
 * A store in one table of SQL, which is made when it is first used. A row is a part: the
 * id of its entry, the part's name, and its text. The primary key is both, so of several
 * processes that create an entry at once the database lets one.
 *
 * **Gotchas**
 *
 * - An entry must outlive its transaction, or a paid job is forgotten with it. So no
 *   entry is created inside one.
 * - A role that may not make tables can use a table that is there.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import { type Store, StoreError } from "./store.ts"

class InTransaction extends Data.TaggedError("InTransaction") {
  override readonly message = "it is inside a transaction, whose end the entry must outlive"
}

const Ids = Schema.Array(Schema.Struct({ id: Schema.String }))
const Parts = Schema.Array(Schema.Struct({ name: Schema.String, part: Schema.String }))

/** The table: identifiers are ASCII and are compared by case, and a part is any text. */
const makeTable = (sql: SqlClient.SqlClient, table: string) =>
  sql.onDialectOrElse({
    mysql: () => sql`
      CREATE TABLE IF NOT EXISTS ${sql(table)} (
        id VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        name VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        part MEDIUMTEXT CHARACTER SET utf8mb4 NOT NULL,
        PRIMARY KEY (id, name)
      )`,
    orElse: () => sql`
      CREATE TABLE IF NOT EXISTS ${sql(table)} (
        id VARCHAR(80) NOT NULL,
        name VARCHAR(10) NOT NULL,
        part TEXT NOT NULL,
        PRIMARY KEY (id, name)
      )`
  })

// SQLite tells a second primary key as any other broken constraint. Nothing else can break one here.
const isTaken = ({ reason }: SqlError.SqlError) =>
  reason._tag === "UniqueViolation" || reason._tag === "ConstraintError"

/** Makes the table once. Where that fails, another process may have made it at the same time, or somebody before. */
const makeReady = (sql: SqlClient.SqlClient, table: string): Effect.Effect<void, SqlError.SqlError> => {
  let isReady = false
  const ready = makeTable(sql, table).pipe(
    Effect.catch((error) => sql`SELECT id FROM ${sql(table)} WHERE id = ''`.pipe(Effect.mapError(() => error))),
    Effect.andThen(
      Effect.sync(() => {
        isReady = true
      })
    )
  )
  return Effect.suspend(() => (isReady ? Effect.void : ready))
}

export const make = (client: SqlClient.SqlClient, table: string): Store => {
  const sql = client.withoutTransforms()
  const rows = sql(table)
  const ready = makeReady(sql, table)
  const at =
    (place: string) =>
    <A>(
      statement: Effect.Effect<A, SqlError.SqlError | Schema.SchemaError | InTransaction>
    ): Effect.Effect<A, StoreError> =>
      Effect.andThen(ready, statement).pipe(
        // The reason has the driver's own words as its cause.
        Effect.mapError((error) => new StoreError({ place, cause: error._tag === "SqlError" ? error.reason : error }))
      )
  const of = (id: string) => at(`${table}/${id}`)
  const entriesLike = (pattern: string) =>
    sql`SELECT id FROM ${rows} WHERE name = 'entry' AND part LIKE ${pattern}`.pipe(
      Effect.flatMap(Schema.decodeUnknownEffect(Ids)),
      Effect.map((found) => found.map(({ id }) => id)),
      at(table)
    )
  return {
    place: (id) => `${table}/${id}`,
    create: (id, part) =>
      Effect.gen(function* () {
        if (Option.isSome(yield* Effect.serviceOption(sql.transactionService))) return yield* new InTransaction()
        yield* sql`INSERT INTO ${rows} (id, name, part) VALUES (${id}, 'entry', ${part})`
        return true
      }).pipe(
        Effect.catchIf(
          (error) => error._tag === "SqlError" && isTaken(error),
          () => Effect.succeed(false)
        ),
        of(id)
      ),
    put: (id, name, part) =>
      sql`INSERT INTO ${rows} (id, name, part) VALUES (${id}, ${name}, ${part}) ${sql.onDialectOrElse({
        mysql: () => sql`ON DUPLICATE KEY UPDATE part = VALUES(part)`,
        orElse: () => sql`ON CONFLICT (id, name) DO UPDATE SET part = EXCLUDED.part`
      })}`.pipe(of(id)),
    read: (id) =>
      sql`SELECT name, part FROM ${rows} WHERE id = ${id}`.pipe(
        Effect.flatMap(Schema.decodeUnknownEffect(Parts)),
        Effect.map((parts) => {
          const entry = parts.find(({ name }) => name === "entry")
          return entry && [entry, ...parts.filter((part) => part !== entry)].map(({ part }) => part)
        }),
        of(id)
      ),
    ids: entriesLike("%"),
    search: (text) => entriesLike(`%${text}%`),
    remove: (id) => sql`DELETE FROM ${rows} WHERE id = ${id}`.pipe(of(id))
  }
}
