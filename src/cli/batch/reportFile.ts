/** The report of a batch on the disk, `batch-report.json` beside the files. It is written as a whole, by a rename. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import { why } from "../../internal/transport.ts"
import { type Failure, usage } from "../failure.ts"
import { OutputBatch } from "../output.ts"
import { reportOf, type States } from "./states.ts"

export const BatchReport = Schema.Struct({ version: Schema.Literal(1), ...OutputBatch.fields })

const encode = Schema.encodeEffect(BatchReport)

export interface ReportFile {
  /** Its absolute path. */
  readonly place: string
  /** What it says now. */
  readonly now: Effect.Effect<typeof OutputBatch.Type>
  readonly write: Effect.Effect<void, Failure>
}

export const make = Effect.fnUntraced(function* (file: string, directory: string, states: States) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const place = path.resolve(directory, "batch-report.json")
  const startedAt = yield* DateTime.now
  const temporary = `${place}.${(yield* Random.nextIntBetween(36 ** 7, 36 ** 8 - 1)).toString(36)}.tmp`
  const now = Effect.map(DateTime.now, (at) => reportOf(states, { file, report: place, startedAt, at }))
  const report: ReportFile = {
    place,
    now,
    write: Effect.flatMap(now, (known) => Effect.orDie(encode({ version: 1, ...known }))).pipe(
      Effect.flatMap((known) => fs.writeFileString(temporary, `${JSON.stringify(known, undefined, 2)}\n`)),
      Effect.andThen(fs.rename(temporary, place)),
      Effect.ensuring(Effect.ignore(fs.remove(temporary, { force: true }))),
      Effect.mapError((cause) =>
        usage(`${place} cannot be written (${why(cause)}). Correct this, and run the batch again.`, "Disk")
      )
    )
  }
  return report
})
