#!/usr/bin/env node
/**
 * The entry of the program `hunyuan3d`. It checks the version of Node before
 * anything is loaded that an older one could not run, and so must not import
 * statically.
 */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

if (major > 22 || (major === 22 && minor >= 19)) {
  await import("./cli/main.ts")
} else {
  process.stderr.write(
    `hunyuan3d needs Node 22.19 or newer, and this is ${process.versions.node}. Install a newer Node and try again.\n`
  )
  process.exitCode = 1
}
