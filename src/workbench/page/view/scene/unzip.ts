/** Reads an archive; a chunk of its own. */
import { unzipSync } from "fflate"

/** An archive is read whole, up to this many bytes a file. */
const largestEntry = 512 * 1024 * 1024

/** Each file of the archive, by its path. */
export const unzip = (bytes: ArrayBuffer) =>
  unzipSync(new Uint8Array(bytes), { filter: ({ originalSize }) => originalSize <= largestEntry })
