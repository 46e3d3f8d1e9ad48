/** Installs the dependencies of the bench when they are missing, or older than the lockfile. */
import { execSync } from "node:child_process"
import { statSync } from "node:fs"
import * as path from "node:path"

const changed = (file: string) =>
  statSync(path.join(import.meta.dirname, file), { throwIfNoEntry: false })?.mtimeMs ?? 0

// npm writes the second one when it has installed everything.
if (changed("package-lock.json") > changed("node_modules/.package-lock.json")) {
  execSync("npm ci", { cwd: import.meta.dirname, stdio: "inherit" })
}
