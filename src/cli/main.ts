/**
 * Runs the program on Node: with its services, its signals and its exit codes.
 *
 * **Gotchas**
 *
 * - Whatever stops the program interrupts it, so that it can wait for the answer to a
 *   submission and print the command that goes on: Ctrl-C, SIGTERM, a terminal that
 *   goes away (SIGHUP), and a standard output that cannot be written.
 * - Node swallows the failure to write. A script would take a lost result for success.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import { NodeVersion, PageDirectory } from "./installation.ts"
import * as NodeNetwork from "./nodeNetwork.ts"
import * as program from "./program.ts"

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

const runMain = Runtime.makeRunMain(({ fiber, teardown }) => {
  let isLost = false
  const stop = () => fiber.interruptUnsafe(fiber.id)
  for (const signal of signals) process.on(signal, stop)
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    isLost = true
    process.exitCode = 1
    // A reader that has enough says nothing either.
    if (error.code !== "EPIPE")
      process.stderr.write(`hunyuan3d: Standard output cannot be written. (${error.message})\n`)
    stop()
  })
  // What happens is told as far as somebody listens.
  process.stderr.on("error", () => {})
  fiber.addObserver((exit) => {
    for (const signal of signals) process.off(signal, stop)
    teardown(exit, (code) => {
      if (code !== 0) process.exit(isLost && code === interrupted ? 1 : code)
    })
  })
})

const interrupted = 130

/** `page` is the directory of the workbench's page. */
export const main = (version: string, page: string): void =>
  program
    .run(version)
    .pipe(
      Effect.provideService(PageDirectory, page),
      Effect.provideService(NodeVersion, process.versions.node),
      Effect.provide(Layer.merge(NodeServices.layer, NodeNetwork.layer)),
      runMain({ disableErrorReporting: true })
    )
