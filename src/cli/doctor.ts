/** `hunyuan3d doctor`: finds out why calls do not work. Without `--check-api` the service is not queried. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { readEndpoint } from "./connection.ts"
import type { Check, Verdict } from "./doctor/check.ts"
import { exitCodes, Failure } from "./failure.ts"
import { loadDoctor } from "./load.ts"
import { connectionFlags } from "./options.ts"
import { printLine, printNote } from "./print.ts"
import { result, unlessJson } from "./report.ts"
import { styled, type Styled } from "./style.ts"

const { transport: _, ...connection } = connectionFlags

export const doctor = Command.make(
  "doctor",
  {
    checkApi: Flag.Boolean("check-api").pipe(
      Flag.withDescription("Query the service for a job that does not exist, which costs nothing"),
      Flag.withDefault(false)
    ),
    ...connection
  },
  Effect.fnUntraced(function* (flags) {
    const endpoint = yield* readEndpoint(flags)
    const { examine } = yield* loadDoctor
    const checks = yield* examine(flags, endpoint)
    yield* result({ checks }, Effect.forEach(checks, show, { discard: true }))
    if (!flags.checkApi) {
      yield* unlessJson(printNote("The service was not queried. To query it, at no cost: hunyuan3d doctor --check-api"))
    }
    const failure = failureOf(checks)
    if (failure !== undefined) return yield* failure
  })
).pipe(
  Command.withDescription(
    "Check what calls need: keys, clock, proxy, endpoint, region, journal. With --check-api, query the service as well."
  ),
  Command.withExamples([
    { command: "hunyuan3d doctor", description: "What can be seen on this machine" },
    { command: "hunyuan3d doctor --check-api", description: "Whether the service accepts the key, too" }
  ])
)

const colors: Record<Verdict, Styled["color"]> = {
  ok: "green",
  warning: "yellow",
  unsure: "yellow",
  problem: "red"
}

const show = Effect.fnUntraced(function* ({ advice, found, name, verdict }: Check) {
  yield* printLine(styled(colors[verdict], verdict.padEnd(9)), name.padEnd(13), found)
  if (advice !== undefined) yield* printLine(" ".repeat(22), advice)
})

const failureOf = (checks: ReadonlyArray<Check>): Failure | undefined => {
  const names = (verdict: Verdict) => checks.filter((check) => check.verdict === verdict).map(({ name }) => name)
  const broken = names("problem")
  if (broken.length > 0) {
    return new Failure({
      message: `There is a problem: ${broken.join(", ")}.`,
      exitCode: exitCodes.broken,
      code: "Broken",
      retryable: false
    })
  }
  const unknown = names("unsure")
  if (unknown.length === 0) return undefined
  return new Failure({
    message: `It could not be found out: ${unknown.join(", ")}.`,
    exitCode: exitCodes.unsure,
    code: "Unsure",
    retryable: true
  })
}
