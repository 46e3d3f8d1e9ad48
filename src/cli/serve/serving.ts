/** Runs `serve`. Loaded when it is used, with all that a server needs. */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Redacted from "effect/Redacted"
import * as Fake from "../../testing/Fake.ts"
import * as FakeAdmin from "../../testing/FakeAdmin.ts"
import { usage } from "../failure.ts"
import { Network } from "../network.ts"
import { printFailure, printNote } from "../print.ts"
import { Report } from "../report.ts"
import { measured } from "../served.ts"
import { styled } from "../style.ts"
import { announce } from "./announcement.ts"
import { requestLine } from "./requestLog.ts"
import * as stateFile from "./stateFile.ts"

export interface Serving {
  readonly port: number
  readonly host: Option.Option<string>
  readonly secretId: Option.Option<string>
  readonly secretKey: Option.Option<Redacted.Redacted<string>>
  readonly timeScale: Option.Option<number>
  readonly tasks: Option.Option<number>
  readonly rate: number
  readonly slotsFull: "queue" | "refuse"
  readonly faultRate: number
  readonly fail: Option.Option<number>
  readonly failCode: string
  readonly seed: Option.Option<number>
  readonly state: Option.Option<string>
  readonly quiet: boolean
}

// What a test of a client has to survive. Answers that never come would only slow it down.
const faults: ReadonlyArray<Fake.Fault> = ["dropped", "badGateway", "truncated", { code: "InternalError" }]

const loopback = /^(localhost|::1|127(\.\d{1,3}){3})$/i
const everyAddress = /^(0\.0\.0\.0|::)$/

/** The fake as the flags set it up, with the state of the file, which has a seed and settings of its own. */
const makeFake = Effect.fnUntraced(function* (flags: Serving, options: Fake.Options) {
  const context = yield* Layer.build(
    Fake.layerHandle({
      ...options,
      tasksAtOnce: Option.getOrUndefined(flags.tasks),
      requestsPerSecond: flags.rate,
      slotsFull: flags.slotsFull,
      faults: faults.map((fault) => ({ fault, rate: flags.faultRate / faults.length }))
    })
  )
  const fake = yield* Effect.provide(Fake.Fake, context)
  if (Option.isSome(flags.state)) {
    const file = flags.state.value
    yield* stateFile.restore(fake, file)
    yield* Effect.addFinalizer(() =>
      Effect.catch(stateFile.save(fake, file), ({ message }) =>
        printFailure(`The state could not be written: ${message}. It is lost.`)
      )
    )
  }
  // What is said now counts more than what was kept.
  if (Option.isSome(flags.timeScale)) yield* fake.setTimeScale(flags.timeScale.value)
  if (Option.isSome(flags.fail)) yield* fake.failing(failingOf(flags.fail.value, flags.failCode))
  return fake
})

const failingOf = (rate: number, code: string) =>
  rate === 0 ? undefined : { code, message: "The fake was told to let this job fail.", rate }

/** The calls that steer the fake, and everything else for the fake. */
const makeApp = Effect.fnUntraced(function* (host: string | undefined) {
  const hosts = host === undefined ? [] : [host, ...(everyAddress.test(host) ? ["*"] : [])]
  const admin = yield* HttpRouter.toHttpEffect(FakeAdmin.layer({ hosts }))
  return Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ url }) =>
    /^\/__fake(\/|\?|$)/.test(url) ? Effect.scoped(admin) : measured(Fake.httpApp)
  )
})

const warnOfHost = (host: string) =>
  loopback.test(host)
    ? Effect.void
    : printNote(styled("yellow", `Anybody who reaches ${host} can use this fake and steer it.`))

const notListening = ({ host, port }: Serving) =>
  usage(
    Option.match(host, {
      onNone: () => `Port ${port} cannot be used. Choose another --port, or leave it out.`,
      onSome: (host) => `Port ${port} of ${host} cannot be used. Choose another --port or --host, or leave them out.`
    })
  )

export const run = Effect.fnUntraced(function* (flags: Serving) {
  const { isJson } = yield* Report
  const { server } = yield* Network
  const context = yield* Effect.context<never>()
  const host = Option.getOrUndefined(flags.host)
  const credential = {
    secretId: Option.getOrElse(flags.secretId, () => Fake.credential.secretId),
    secretKey: Option.getOrElse(flags.secretKey, () => Fake.credential.secretKey)
  }
  const seed = Option.isSome(flags.seed) ? flags.seed.value : yield* Random.nextIntBetween(1, 999_999)
  const isLogged = !flags.quiet && !isJson
  const fake = yield* makeFake(flags, {
    credential,
    seed,
    onRequest: isLogged ? (request) => Effect.provideContext(printNote(...requestLine(request)), context) : undefined
  })
  if (host !== undefined) yield* warnOfHost(host)
  const announced = Layer.effectDiscard(
    Effect.gen(function* () {
      const { address } = yield* HttpServer.HttpServer
      yield* announce({ url: HttpServer.formatAddress(address), credential, seed: (yield* fake.seed) ?? seed })
    })
  )
  const app = yield* Effect.provideService(makeApp(host), Fake.Fake, fake)
  yield* Layer.launch(
    Layer.merge(announced, HttpServer.serve(app)).pipe(
      Layer.provide(server(flags.port, host)),
      Layer.provide(Layer.succeed(Fake.Fake, fake))
    )
  ).pipe(Effect.catchTag("ServeError", () => Effect.fail(notListening(flags))))
}, Effect.scoped)
