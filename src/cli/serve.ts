/** `hunyuan3d serve`: the model of the service as an HTTP server on loopback, for tests in any language. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Fake from "../testing/Fake.ts"
import { UsageError } from "./options.ts"

// What a test of a client has to survive. Answers that never come would only slow it down.
const faults: ReadonlyArray<Fake.Fault> = ["dropped", "badGateway", "truncated", { code: "InternalError" }]

// Loaded when it is needed, since all commands would start later for it.
const nodeServer = (port: number) =>
  Layer.unwrap(
    Effect.promise(async () => {
      const [{ createServer }, NodeHttpServer] = await Promise.all([
        import("node:http"),
        import("@effect/platform-node/NodeHttpServer")
      ])
      return NodeHttpServer.layer(createServer, { port, host: "127.0.0.1" })
    })
  )

export const serve = Command.make(
  "serve",
  {
    port: Flag.Int("port").pipe(
      Flag.withDescription("The port (default: any that is free)"),
      Flag.filter(
        (port) => port >= 0 && port < 65_536,
        () => "a port, 0 to 65535"
      ),
      Flag.withDefault(0)
    ),
    timeScale: Flag.Finite("time-scale").pipe(
      Flag.withDescription("How many times faster jobs run than in earnest, which is 60 to 180 seconds"),
      Flag.filter(
        (scale) => scale > 0,
        () => "a number above 0"
      ),
      Flag.withDefault(1)
    ),
    secretId: Flag.String("secret-id").pipe(
      Flag.withDescription("The key id that is accepted"),
      Flag.withDefault(Fake.credential.secretId)
    ),
    secretKey: Flag.Redacted("secret-key").pipe(
      Flag.withDescription(`The key that belongs to it (default: ${Redacted.value(Fake.credential.secretKey)})`),
      Flag.withDefault(Fake.credential.secretKey)
    ),
    faultRate: Flag.Finite("fault-rate").pipe(
      Flag.withDescription("What share of requests goes wrong, from 0 to 1: dropped, 502, cut off, or InternalError"),
      Flag.filter(
        (rate) => rate >= 0 && rate <= 1,
        () => "a number from 0 to 1"
      ),
      Flag.withDefault(0)
    ),
    tasks: Flag.Int("tasks").pipe(
      Flag.withDescription("How many jobs of a kind run at once (default: as the service, 3 of pro)"),
      Flag.filter(
        (tasks) => tasks >= 1,
        () => "a whole number of at least 1"
      ),
      Flag.optional
    ),
    rate: Flag.Int("rate").pipe(
      Flag.withDescription("How many calls of an action are answered in any second"),
      Flag.filter(
        (rate) => rate >= 1,
        () => "a whole number of at least 1"
      ),
      Flag.withDefault(20)
    )
  },
  Effect.fnUntraced(function* (flags) {
    const model = Fake.layerModel({
      credential: { secretId: flags.secretId, secretKey: flags.secretKey },
      timeScale: flags.timeScale,
      tasksAtOnce: Option.getOrUndefined(flags.tasks),
      requestsPerSecond: flags.rate,
      faults: faults.map((fault) => ({ fault, rate: flags.faultRate / faults.length }))
    })
    const announced = Layer.effectDiscard(
      HttpServer.HttpServer.use(({ address }) => Console.log(HttpServer.formatAddress(address)))
    )
    yield* Layer.launch(
      Layer.merge(announced, HttpServer.serve(Fake.httpApp)).pipe(
        Layer.provide(nodeServer(flags.port)),
        Layer.provide(model)
      )
    ).pipe(
      Effect.catchTag(
        "ServeError",
        () =>
          new UsageError({ message: `Port ${flags.port} cannot be listened on. Choose another, or leave --port out.` })
      )
    )
  })
).pipe(
  Command.withDescription(
    "Run the model of the service as an HTTP server on loopback. Its URL is the first line on standard output."
  ),
  Command.withExamples([
    { command: "hunyuan3d serve --time-scale 60", description: "Jobs take one to three seconds" },
    { command: "hunyuan3d serve --port 8080 --fault-rate 0.1", description: "Every tenth request goes wrong" }
  ])
)
