/** Whether the journal can be kept: without it nothing is submitted. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as UserDirectories from "effect/persistence/UserDirectories"
import * as Journal from "../../job/Journal.ts"
import { journal } from "../journal.ts"
import { ok, problem, warning } from "./check.ts"

/** The nearest directory that is there. */
const existing: (
  directory: string
) => Effect.Effect<FileSystem.File.Type | undefined, never, FileSystem.FileSystem | Path.Path> = Effect.fnUntraced(
  function* (directory) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const stat = yield* Effect.option(fs.stat(directory))
    if (stat._tag === "Some") {
      return (yield* Effect.isSuccess(fs.access(directory, { writable: true }))) ? stat.value.type : undefined
    }
    const parent = path.dirname(directory)
    return parent === directory ? undefined : yield* existing(parent)
  }
)

const advice = "XDG_STATE_HOME says where it is. --no-journal submits without it."

/** The directory of the journal. */
const directory = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const place = path.join(yield* UserDirectories.make().state("hunyuan3d"), "journal")
  if ((yield* existing(place)) !== "Directory") return problem("state", `${place} cannot be written`, advice)
  const stat = yield* Effect.option(fs.stat(place))
  if (stat._tag === "None") return ok("state", `${place} will be made when a job is submitted`)
  return path.sep === "/" && (stat.value.mode & 0o077) !== 0
    ? warning("state", `Others on this machine can read ${place}`, `Run: chmod 700 ${place}`)
    : ok("state", place)
}).pipe(
  Effect.orElseSucceed(() =>
    problem("state", "There is no place for it: neither XDG_STATE_HOME nor HOME is set", advice)
  )
)

/** What is in the journal. */
const entries = Journal.Journal.use(({ list }) => list).pipe(
  Effect.provide(journal),
  Effect.map(({ entries, unreadable }) =>
    unreadable.length === 0
      ? ok("journal", `It can be read and has ${entries.length} ${entries.length === 1 ? "entry" : "entries"}`)
      : warning(
          "journal",
          `It has ${unreadable.length} that cannot be read: ${unreadable.map(({ operation }) => operation).join(", ")}`,
          "Look at the console whether their jobs exist, then remove them: hunyuan3d jobs"
        )
  ),
  Effect.catch((error) => Effect.succeed(problem("journal", "It cannot be read", error.message)))
)

export const state = Effect.all([directory, entries])
