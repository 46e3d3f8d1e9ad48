#!/usr/bin/env node
/**
 * The entry of the program `hunyuan3d`. It checks the version of Node before
 * anything is loaded that an older one could not run, and answers `--version`
 * without loading anything, so it must not import code statically. Nothing else may
 * import package.json, which would then be loaded from a file of its own.
 */
import * as module from "node:module"
import { fileURLToPath } from "node:url"
import packageJson from "../../package.json" with { type: "json" }

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
const args = process.argv.slice(2)

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `hunyuan3d needs Node 22.19 or newer, and this is ${process.versions.node}. Install a newer Node and try again.\n`
  )
  process.exitCode = 1
} else if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  process.stdout.write(`hunyuan3d v${packageJson.version}\n`)
} else {
  // Keeps compiled code for the next start. In a directory of the user's own, since who writes there decides what runs.
  const { XDG_CACHE_HOME, HOME, LOCALAPPDATA } = process.env
  const caches = XDG_CACHE_HOME || (HOME && `${HOME}/.cache`) || LOCALAPPDATA
  if (caches) module.enableCompileCache(`${caches}/hunyuan3d`)
  const { main } = await import("./main.ts")
  // In the package it lies beside this file.
  const page = import.meta.url.endsWith(".ts") ? "../../dist/workbench" : "./workbench"
  main(packageJson.version, fileURLToPath(new URL(page, import.meta.url)))
}
