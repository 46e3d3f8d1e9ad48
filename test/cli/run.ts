/**
 * Runs the program in process: the commands as a person types them, over the `HttpClient` in context. The clock is the
 * test's own, files are real.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import {
  ConfigProvider,
  Console,
  Context,
  Effect,
  type Exit,
  Fiber,
  Layer,
  Redacted,
  Runtime,
  Schedule,
  Sink,
  Stdio,
  Stream,
  Terminal
} from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as TestClock from "effect/testing/TestClock"
import packageJson from "../../package.json" with { type: "json" }
import { NodeVersion } from "../../src/cli/installation.ts"
import { Kept } from "../../src/cli/journal.ts"
import { loadCredentials } from "../../src/cli/load.ts"
import { Network } from "../../src/cli/network.ts"
import * as program from "../../src/cli/program.ts"
import * as Journal from "../../src/job/Journal.ts"
import * as Fake from "../../src/testing/Fake.ts"

// Which every command loads that signs. It would take real time in the middle of virtual time.
await Effect.runPromise(loadCredentials)

export const credentials = {
  TENCENTCLOUD_SECRET_ID: Fake.credential.secretId,
  TENCENTCLOUD_SECRET_KEY: Redacted.value(Fake.credential.secretKey)
}

/** A service that answers every call with the same fields. */
export const answering = (fields: Readonly<Record<string, unknown>>): Layer.Layer<HttpClient.HttpClient> =>
  Layer.succeed(
    HttpClient.HttpClient,
    HttpClient.make((request) =>
      Effect.succeed(
        HttpServerResponse.toClientResponse(
          HttpServerResponse.jsonUnsafe({ Response: { RequestId: "request", ...fields } }),
          { request }
        )
      )
    )
  )

/** What was printed, with what steers a terminal in sight: `␛` for ESC and `␍` for a return. */
export const visible = (printed: string): string => printed.replaceAll("\u001b", "␛").replaceAll("\r", "␍")

/** What was printed without what the program itself says to a terminal: its colors, and where the moving line is. */
export const plain = (printed: string): string => visible(printed).replaceAll(/␛\[(?:[0-9]*m|2K|\?7[lh])|␍/g, "")

/** An id that the fake does not know. */
export const unknownId = "1375367755519696896"

interface Options {
  /** The whole environment; by default the credentials that the fake accepts. */
  readonly env?: Readonly<Record<string, string>>
  /** Whether standard output and standard error are a terminal, or which of them is. */
  readonly isTerminal?: boolean | "stdout" | "stderr"
  /** How wide the terminal is; 80 by default. */
  readonly columns?: number
  /** What standard input holds; nothing by default. */
  readonly stdin?: string | Uint8Array
  /** The journal, which runs share when they are given the same; by default one of this run. */
  readonly journal?: Layer.Layer<Journal.Journal>
  /** The version of Node. */
  readonly node?: string
  /** What listens on a port; by default every port is taken. */
  readonly listen?: Network["Service"]["server"]
}

/** What a run has printed so far. */
interface Printed {
  readonly stdout: string
  readonly stderr: string
}

interface Ended extends Printed {
  readonly code: number
}

const notInTests = Effect.die("not in tests")

const codeOf = (exit: Exit.Exit<unknown, unknown>) => {
  let code = Number.NaN
  Runtime.defaultTeardown(exit, (is) => {
    code = is
  })
  return code
}

const isTerminal = (stream: keyof Printed, options: Options) =>
  options.isTerminal === true || options.isTerminal === stream

/** As of Node, which knows the columns of standard output only. */
const terminal = (options: Options) =>
  Terminal.make({
    columns: Effect.succeed(isTerminal("stdout", options) ? (options.columns ?? 80) : 0),
    rows: Effect.succeed(24),
    size: notInTests,
    readInput: notInTests,
    readLine: notInTests,
    display: () => notInTests
  })

const everyPortTaken = () =>
  Layer.effect(HttpServer.HttpServer, Effect.fail(new HttpServerError.ServeError({ cause: "EADDRINUSE" })))

const network = (listen: Network["Service"]["server"] = everyPortTaken) =>
  Layer.effect(
    Network,
    Effect.map(HttpClient.HttpClient, (client) => ({
      client: Layer.succeed(HttpClient.HttpClient, client),
      direct: Layer.succeed(HttpClient.HttpClient, client),
      server: listen
    }))
  )

const services = (args: ReadonlyArray<string>, options: Options, output: Record<keyof Printed, Array<string>>) => {
  const sink = (to: Array<string>) => () =>
    Sink.forEach((text: string | Uint8Array) => Effect.sync(() => to.push(String(text))))
  const console =
    (to: Array<string>) =>
    (...lines: ReadonlyArray<unknown>) => {
      to.push(`${lines.join(" ")}\n`)
    }
  return Layer.mergeAll(
    NodeFileSystem.layer,
    NodePath.layer,
    Stdio.layerTest({
      args: Effect.succeed(args),
      stdin: Stream.succeed(Buffer.from(options.stdin ?? "")),
      stdout: sink(output.stdout),
      stderr: sink(output.stderr),
      stdoutIsTerminal: Effect.succeed(isTerminal("stdout", options)),
      stderrIsTerminal: Effect.succeed(isTerminal("stderr", options))
    }),
    Layer.succeed(Console.Console, {
      ...globalThis.console,
      log: console(output.stdout),
      error: console(output.stderr)
    }),
    Layer.succeed(Terminal.Terminal, terminal(options)),
    Layer.succeed(
      ChildProcessSpawner.ChildProcessSpawner,
      ChildProcessSpawner.make(() => notInTests)
    ),
    ConfigProvider.layer(ConfigProvider.fromEnv({ env: { ...(options.env ?? credentials) } })),
    // In memory, since writing files takes real time.
    Layer.succeed(Kept, options.journal ?? Layer.fresh(Journal.layerMemory)),
    Layer.succeed(NodeVersion, options.node ?? "24.21.0"),
    network(options.listen)
  )
}

/** A journal that several runs share, and what is in it. */
export const sharedJournal = Effect.map(Layer.build(Layer.fresh(Journal.layerMemory)), (context) => ({
  journal: Layer.succeedContext(context),
  service: Context.get(context, Journal.Journal)
}))

/**
 * Starts the program. `printed` is what it has printed so far, and `stop` is Ctrl-C. `prints` waits in real time until it
 * has printed something: what only some commands need is loaded when they use it, and that takes no virtual time.
 */
export const start = Effect.fnUntraced(function* (args: ReadonlyArray<string>, options: Options = {}) {
  const output = { stdout: new Array<string>(), stderr: new Array<string>() }
  const printed = (): Printed => ({ stdout: output.stdout.join(""), stderr: output.stderr.join("") })
  const fiber = yield* program
    .run(packageJson.version)
    .pipe(Effect.provide(services(args, options, output)), Effect.forkChild)
  const ended: Effect.Effect<Ended> = Effect.map(Fiber.await(fiber), (exit) => ({ ...printed(), code: codeOf(exit) }))
  const prints = (text: RegExp) =>
    Effect.sync(() => text.test(printed().stdout + printed().stderr)).pipe(
      Effect.repeat({ until: (is) => is, schedule: Schedule.spaced("5 millis") }),
      TestClock.withLive
    )
  return { printed, prints, ended, stop: Effect.sync(() => fiber.interruptUnsafe()) }
})

/** Runs the program to its end, where no time has to go by. */
export const run = (args: ReadonlyArray<string>, options?: Options) =>
  Effect.flatMap(start(args, options), ({ ended }) => ended)
