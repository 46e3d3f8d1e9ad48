/** Runs the program on Node: with its services, its signals and its exit codes. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NodeNetwork from "./nodeNetwork.ts"
import * as program from "./program.ts"

export const main = (version: string): void => {
  // Node swallows the failure to write, and a script would take a lost result for success.
  process.stdout.on("error", () => process.exit(1))

  program
    .run(version)
    .pipe(
      Effect.provide(Layer.merge(NodeServices.layer, NodeNetwork.layer)),
      NodeRuntime.runMain({ disableErrorReporting: true })
    )
}
