/** The step that downloads: one activity. Run again, it keeps what is there. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Activity from "effect/workflow/Activity"
import { DownloadError } from "../../../files/DownloadError.ts"
import * as ResultFiles from "../../../files/ResultFiles.ts"
import type * as Job from "../../../job/Job.ts"
import * as Journal from "../../../job/Journal.ts"

export const download = (job: Job.Done, directory: string) =>
  Activity.make({
    name: "download",
    success: Schema.Array(Schema.String),
    error: DownloadError,
    execute: Effect.gen(function* () {
      const journal = yield* Journal.Journal
      const files = yield* ResultFiles.download(job, directory)
      const paths = files.map(({ path }) => path)
      yield* Effect.catch(journal.downloaded(job.id, paths), (error) =>
        Effect.logWarning(`The download of job ${job.id} is not recorded. ${error.message}`, error)
      )
      return paths
    })
  })
