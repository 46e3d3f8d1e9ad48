/** What this floor measures. `docs/observability.md` lists it, and a test compares. */
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import { measured, tagged } from "../../internal/metric.ts"
import { outcomeOf } from "../../internal/outcome.ts"

const downloads = tagged((outcome: string) =>
  Metric.counter("hunyuan3d_downloads_total", {
    description: "Files of jobs by how their download ended",
    incremental: true,
    attributes: { unit: "{file}", outcome }
  })
)

const bytes = Metric.counter("hunyuan3d_downloaded_bytes_total", {
  description: "The size of the files that were downloaded",
  incremental: true,
  attributes: { unit: "By" }
})

/** Counts a file, and its size if it was not there already. */
export const measuredDownload = measured(
  (context) => (exit: Exit.Exit<{ readonly size: number; readonly kept: boolean }, unknown>) => {
    const isKept = Exit.isSuccess(exit) && exit.value.kept
    downloads(isKept ? "Kept" : outcomeOf(exit)).updateUnsafe(1, context)
    if (Exit.isSuccess(exit) && !isKept) bytes.updateUnsafe(exit.value.size, context)
  }
)
