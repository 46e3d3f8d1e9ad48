/** `hunyuan3d serve`: the fake as an HTTP server, for tests in any language. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Endpoint from "../cloud/Endpoint.ts"
import * as flag from "./flag.ts"
import { loadServing } from "./load.ts"
import { metricsFlags, withMetrics } from "./metrics.ts"
import { readSecret } from "./secret.ts"

const keyVariable = "HUNYUAN3D_SERVE_SECRET_KEY"

const share = (name: string) =>
  Flag.Finite(name).pipe(
    Flag.filter(
      (rate) => rate >= 0 && rate <= 1,
      () => "a number from 0 to 1"
    )
  )

const atLeastOne = (name: string) =>
  Flag.Int(name).pipe(
    Flag.filter(
      (count) => count >= 1,
      () => "a whole number of at least 1"
    )
  )

/** Where it listens, and who may call. */
const serverFlags = {
  port: flag.port("port").pipe(Flag.withDescription("The port (default: any that is free)"), Flag.withDefault(0)),
  host: Flag.String("host").pipe(
    Flag.withDescription(
      "Listen on this host instead of loopback, so that other machines can use the fake and steer it"
    ),
    Flag.optional
  ),
  secretId: Flag.String("secret-id").pipe(
    Flag.withDescription("The secret id that is accepted (default: AKIDFAKE)"),
    Flag.optional
  ),
  secretKey: Flag.Redacted("secret-key").pipe(
    Flag.withDescription(
      `Its secret key, seen by everybody on this machine (default: ${keyVariable}, or fake-secret-key)`
    ),
    Flag.optional
  ),
  secretKeyFile: flag
    .file("secret-key-file")
    .pipe(Flag.withDescription("The file that holds its secret key, or - for standard input"), Flag.optional),
  quiet: Flag.Boolean("quiet").pipe(
    Flag.withoutNegation,
    Flag.withDescription("Do not print a line for each request"),
    Flag.withDefault(false)
  )
}

/** How jobs and requests fare. */
const fakeFlags = {
  timeScale: Flag.Finite("time-scale").pipe(
    Flag.withDescription("How many times faster jobs run than the 60 to 180 seconds that they take (default: 1)"),
    Flag.filter(
      (scale) => scale > 0,
      () => "a number above 0"
    ),
    Flag.optional
  ),
  tasks: atLeastOne("tasks").pipe(
    Flag.withDescription(
      "How many jobs of a kind run at once (default: as many as the service runs, such as 3 of pro)"
    ),
    Flag.optional
  ),
  slotsFull: flag
    .choice("slots-full", "queue|refuse", [
      ["queue", "queue" as const],
      ["refuse", "refuse" as const]
    ])
    .pipe(
      Flag.withDescription("What becomes of a submission while all task slots are taken (default: queue)"),
      Flag.withDefault("queue" as const)
    ),
  rate: atLeastOne("rate").pipe(
    Flag.withDescription(
      `How many calls of an action are answered in any second (default: ${Endpoint.requestsPerSecond})`
    ),
    Flag.withDefault(Endpoint.requestsPerSecond)
  ),
  faultRate: share("fault-rate").pipe(
    Flag.withDescription(
      "The share of requests that go wrong, from 0 to 1: dropped, 502, cut off, or InternalError (default: 0)"
    ),
    Flag.withDefault(0)
  ),
  fail: share("fail").pipe(
    Flag.withDescription("The share of jobs that fail, from 0 to 1 (default: 0)"),
    Flag.optional
  ),
  failCode: Flag.String("fail-code").pipe(
    Flag.withDescription("The code with which they fail (default: FailedOperation.InnerError)"),
    Flag.withDefault("FailedOperation.InnerError")
  ),
  seed: Flag.Int("seed").pipe(
    Flag.withDescription("Repeats chance: ids, durations, failures and faults are the same with the same seed"),
    Flag.optional
  ),
  state: flag
    .file("state")
    .pipe(
      Flag.withDescription("Go on with the jobs, seed and clock of this file, if it is there; written at the end"),
      Flag.optional
    )
}

export const serve = Command.make(
  "serve",
  { ...serverFlags, ...fakeFlags, ...metricsFlags },
  Effect.fnUntraced(function* ({ secretKeyFile, ...flags }) {
    const secretKey = yield* readSecret({
      flag: "--secret-key",
      variable: keyVariable,
      given: flags.secretKey,
      file: secretKeyFile
    })
    const { run } = yield* loadServing
    yield* run({ ...flags, secretKey }).pipe(withMetrics(flags))
  })
).pipe(
  Command.withDescription(
    "Run an in-memory fake of the service as an HTTP server on loopback. Its URL is the first line on standard output."
  ),
  Command.withExamples([
    { command: "hunyuan3d serve --time-scale 60", description: "Jobs take one to three seconds" },
    {
      command: "hunyuan3d serve --port 8080 --fault-rate 0.1 --seed 7",
      description: "The same requests go wrong each time"
    },
    { command: "hunyuan3d serve --port 8080 --state jobs.json", description: "Its jobs are there the next time, too" }
  ])
)
