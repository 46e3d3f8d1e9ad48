/** `hunyuan3d serve`: the fake as an HTTP server on loopback, for tests in any language. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Endpoint from "../cloud/Endpoint.ts"
import type * as Fake from "../testing/Fake.ts"
import { usage } from "./failure.ts"
import * as flag from "./flag.ts"
import { loadFake, loadHttpServer, loadServed } from "./load.ts"
import { metricsFlags, withMetrics } from "./metrics.ts"
import { Network } from "./network.ts"
import { printLine } from "./print.ts"
import { line } from "./report.ts"
import { readSecret } from "./secret.ts"

const keyVariable = "HUNYUAN3D_SERVE_SECRET_KEY"

// What a test of a client has to survive. Answers that never come would only slow it down.
const faults: ReadonlyArray<Fake.Fault> = ["dropped", "badGateway", "truncated", { code: "InternalError" }]

export const serve = Command.make(
  "serve",
  {
    port: flag.port("port").pipe(Flag.withDescription("The port (default: any that is free)"), Flag.withDefault(0)),
    timeScale: Flag.Finite("time-scale").pipe(
      Flag.withDescription("How many times faster jobs run than the 60 to 180 seconds that they take (default: 1)"),
      Flag.filter(
        (scale) => scale > 0,
        () => "a number above 0"
      ),
      Flag.withDefault(1)
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
    faultRate: Flag.Finite("fault-rate").pipe(
      Flag.withDescription(
        "The share of requests that go wrong, from 0 to 1: dropped, 502, cut off, or InternalError (default: 0)"
      ),
      Flag.filter(
        (rate) => rate >= 0 && rate <= 1,
        () => "a number from 0 to 1"
      ),
      Flag.withDefault(0)
    ),
    tasks: Flag.Int("tasks").pipe(
      Flag.withDescription(
        "How many jobs of a kind run at once (default: as many as the service runs, such as 3 of pro)"
      ),
      Flag.filter(
        (tasks) => tasks >= 1,
        () => "a whole number of at least 1"
      ),
      Flag.optional
    ),
    rate: Flag.Int("rate").pipe(
      Flag.withDescription(
        `How many calls of an action are answered in any second (default: ${Endpoint.requestsPerSecond})`
      ),
      Flag.filter(
        (rate) => rate >= 1,
        () => "a whole number of at least 1"
      ),
      Flag.withDefault(Endpoint.requestsPerSecond)
    ),
    ...metricsFlags
  },
  Effect.fnUntraced(function* (flags) {
    const secretKey = yield* readSecret({
      flag: "--secret-key",
      variable: keyVariable,
      given: flags.secretKey,
      file: flags.secretKeyFile
    })
    const Fake = yield* loadFake
    const HttpServer = yield* loadHttpServer
    const { measured } = yield* loadServed
    const fake = Fake.layerHandle({
      credential: {
        secretId: Option.getOrElse(flags.secretId, () => Fake.credential.secretId),
        secretKey: Option.getOrElse(secretKey, () => Fake.credential.secretKey)
      },
      timeScale: flags.timeScale,
      tasksAtOnce: Option.getOrUndefined(flags.tasks),
      requestsPerSecond: flags.rate,
      faults: faults.map((fault) => ({ fault, rate: flags.faultRate / faults.length }))
    })
    const announced = Layer.effectDiscard(
      HttpServer.HttpServer.use(({ address }) => {
        const url = HttpServer.formatAddress(address)
        return line({ url }, printLine(url))
      })
    )
    const { server } = yield* Network
    yield* Layer.launch(
      Layer.merge(announced, HttpServer.serve(measured(Fake.httpApp))).pipe(
        Layer.provide(server(flags.port)),
        Layer.provide(fake)
      )
    ).pipe(
      Effect.catchTag("ServeError", () =>
        Effect.fail(usage(`Port ${flags.port} cannot be used. Choose another --port, or leave it out.`))
      ),
      withMetrics(flags)
    )
  })
).pipe(
  Command.withDescription(
    "Run an in-memory fake of the service as an HTTP server on loopback. Its URL is the first line on standard output."
  ),
  Command.withExamples([
    { command: "hunyuan3d serve --time-scale 60", description: "Jobs take one to three seconds" },
    { command: "hunyuan3d serve --port 8080 --fault-rate 0.1", description: "Every tenth request goes wrong" }
  ])
)
