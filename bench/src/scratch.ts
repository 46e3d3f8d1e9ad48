/** A place for files while a case runs. */
import { existsSync, statfsSync } from "node:fs"
import { tmpdir } from "node:os"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"

const memory = "/dev/shm"

const free = (directory: string) => {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize
}

/** A directory for this many bytes: in memory where there is room, so that no slow disk counts; else on the disk. */
export const scratch = (bytes: number) =>
  FileSystem.FileSystem.use((fs) =>
    fs.makeTempDirectoryScoped({ directory: existsSync(memory) && free(memory) > 2 * bytes ? memory : tmpdir() })
  ).pipe(Effect.orDie)
