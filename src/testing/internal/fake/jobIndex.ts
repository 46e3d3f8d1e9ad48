/** The jobs of the fake by their ids and by their result files, until both have expired. */
import * as Duration from "effect/Duration"
import * as Hunyuan from "../../../job/Hunyuan.ts"
import type { FakeJob } from "./job.ts"

export interface JobIndex {
  readonly findById: (id: string) => FakeJob | undefined
  readonly findByFile: (file: string) => FakeJob | undefined
  /** Those whose ids have not expired, in the order in which they came. */
  readonly all: () => ReadonlyArray<FakeJob>
  /** Those whose files may not have expired, in the same order. */
  readonly stored: () => ReadonlyArray<FakeJob>
  readonly count: () => number
  readonly add: (job: FakeJob) => void
  /** Drops what has expired. The answer are the jobs whose ids are gone. */
  readonly expire: (now: number) => ReadonlyArray<FakeJob>
  readonly clear: () => void
}

// A job that ends as late as it can leaves files for that long.
const linkLifetime = Duration.toMillis(Hunyuan.linkLifetime)

export const makeJobIndex = (): JobIndex => {
  // In the order in which the jobs came, and so in that in which they expire.
  const byId = new Map<string, FakeJob>()
  const byFile = new Map<string, FakeJob>()
  return {
    findById: (id) => byId.get(id),
    findByFile: (file) => byFile.get(file),
    all: () => Array.from(byId.values()),
    stored: () => Array.from(byFile.values()),
    count: () => byId.size,
    add: (job) => {
      // Deleted first, so that an id that comes again goes to the end.
      byId.delete(job.id)
      byId.set(job.id, job)
      byFile.set(job.file, job)
    },
    expire: (now) => {
      const expired: Array<FakeJob> = []
      for (const job of byId.values()) {
        if (now < job.expiresAt) break
        byId.delete(job.id)
        expired.push(job)
      }
      for (const job of byFile.values()) {
        if (now < job.expiresAt + linkLifetime) break
        byFile.delete(job.file)
      }
      return expired
    },
    clear: () => {
      byId.clear()
      byFile.clear()
    }
  }
}
