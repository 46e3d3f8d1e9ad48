/**
 * The transports that the contract holds for. A new transport is one row of `transports`.
 *
 * A row runs a program against a service that is in the program's scene. Most rows are a layer over the fake, in memory
 * or behind a socket. A recording is made by the program itself, and then has to satisfy it again.
 *
 * With `HUNYUAN_LIVE=1`, and the keys in the environment, the real endpoint is one more row. It runs the programs that
 * are marked for it, buys the jobs that they submit, and writes a cassette for each to `test/cassettes/live`. These
 * cassettes are a row of their own from then on. `HUNYUAN_ENDPOINT` names another endpoint, such as
 * `http://127.0.0.1:8080`.
 */
import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodePathLayer from "@effect/platform-node/NodePath"
import { ConfigProvider, Context, Effect, FileSystem, Layer, Logger, Ref, Schedule, type Scope } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as Endpoint from "../../src/cloud/Endpoint.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import * as Polling from "../../src/job/Polling.ts"
import * as Fake from "../../src/testing/Fake.ts"
import * as Replay from "../../src/testing/Replay.ts"
import { serveFake } from "../support/fakeServer.ts"
import { inVirtualTime } from "../support/virtualTime.ts"
import { type Program, Sent, type Services } from "./program.ts"

export interface Transport {
  readonly name: string
  /** Whether the program runs in virtual time. */
  readonly isVirtual: boolean
  /** Whether the row runs the program. */
  readonly runs: (program: Program) => boolean
  /** How long a program may take, in milliseconds. */
  readonly timeout?: number
  readonly run: (program: Program) => Effect.Effect<unknown, unknown, Scope.Scope>
}

const Disk = Layer.merge(NodeFileSystem.layer, NodePathLayer.layer)

type Client = Layer.Layer<HttpClient.HttpClient | Credentials.Credentials, unknown>

/** What a program needs, over a transport. */
const services = (client: Client): Layer.Layer<Services, unknown> =>
  GenerateJob.layer.pipe(
    Layer.provideMerge(TencentCloud.layer),
    Layer.provideMerge(
      Layer.effect(
        HttpClient.HttpClient,
        Effect.map(Effect.all([HttpClient.HttpClient, Sent]), ([client, sent]) =>
          HttpClient.tapRequest(client, ({ headers, method }) =>
            Ref.update(sent, (all) => [...all, headers["x-tc-action"] ?? method])
          )
        )
      )
    ),
    Layer.provideMerge(Layer.effect(Sent, Ref.make<ReadonlyArray<string>>([]))),
    Layer.provideMerge(client),
    Layer.provideMerge(Disk)
  )

// Warnings about submissions that may be paid for are a part of what some programs bring about.
const execute = ({ run }: Program, client: Client) =>
  Effect.scoped(Effect.provide(run, services(client))).pipe(Effect.provide(Logger.layer([])))

// Steps that are short to the times in programs.
const executeVirtually = (program: Program, client: Client) => inVirtualTime(execute(program, client), "10 millis")

/** Jobs of the fake take milliseconds. */
const quickPolling = Polling.layer({ schedule: Schedule.spaced("20 millis") })

const always = () => true

const overFake = ({ scene: { faults = [], ...options } }: Program) =>
  Fake.layer(options).pipe(Layer.tap((context) => Context.get(context, Fake.Fake).fault(...faults)))

/** A client that uses sockets, with the fake as the server. */
const overSockets = (name: string, client: Layer.Layer<HttpClient.HttpClient>): Transport => ({
  name,
  isVirtual: false,
  runs: always,
  run: Effect.fnUntraced(function* (program) {
    const { faults = [], ...options } = program.scene
    const { fake, host } = yield* serveFake(options)
    yield* fake.fault(...faults)
    const settings = Layer.merge(Endpoint.layer({ protocol: "http", host }), quickPolling)
    yield* execute(program, Layer.mergeAll(Layer.fresh(client), Credentials.layer(Fake.credential), settings))
  })
})

/** Recordings are made anywhere but in continuous integration, where these tests run too. */
const recorder = (path: string) =>
  Replay.layerRecord(path).pipe(Layer.provide([Disk, ConfigProvider.layer(ConfigProvider.fromEnv({ env: {} }))]))

const recording: Transport = {
  name: "a recording of the fake",
  isVirtual: true,
  runs: always,
  run: Effect.fnUntraced(function* (program) {
    const directory = yield* FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())
    const path = NodePath.join(directory, "cassette.json")
    const recorded = recorder(path).pipe(Layer.provideMerge(Layer.merge(overFake(program), quickPolling)))
    yield* executeVirtually(program, recorded)
    // A program that sends nothing leaves no cassette.
    if (!NodeFs.existsSync(path)) return
    const replayed = Replay.layerFile(path).pipe(Layer.provide(Disk), Layer.merge(quickPolling))
    yield* executeVirtually(program, replayed)
  }, Effect.provide(Disk))
}

const live = NodePath.join(import.meta.dirname, "../cassettes/live")
const { HUNYUAN_ENDPOINT = "https://hunyuan.intl.tencentcloudapi.com", HUNYUAN_LIVE } = process.env
const { host, protocol } = new URL(HUNYUAN_ENDPOINT)
const endpoint = Endpoint.layer({ host, protocol: protocol === "http:" ? "http" : "https" })
const cassetteOf = ({ title }: Program) => NodePath.join(live, `${title.replaceAll(/[^a-z]+/gi, "-")}.json`)

const realEndpoint: Transport = {
  name: "the real endpoint",
  isVirtual: false,
  runs: ({ isLive = false }) => isLive,
  timeout: 1_800_000,
  run: (program) => {
    NodeFs.mkdirSync(live, { recursive: true })
    const network = recorder(cassetteOf(program)).pipe(Layer.provide(NodeHttpClient.layerUndici))
    return execute(program, Layer.mergeAll(network, Credentials.layerEnv, endpoint))
  }
}

const recordingOfRealEndpoint: Transport = {
  name: "the recording of the real endpoint",
  isVirtual: true,
  runs: (program) => NodeFs.existsSync(cassetteOf(program)),
  run: (program) => {
    const replayed = Replay.layerFile(cassetteOf(program)).pipe(Layer.provide(Disk))
    return executeVirtually(program, Layer.merge(replayed, endpoint))
  }
}

export const transports: ReadonlyArray<Transport> = [
  {
    name: "the fake in memory",
    isVirtual: true,
    runs: always,
    run: (program) => executeVirtually(program, Layer.merge(overFake(program), quickPolling))
  },
  overSockets("fetch", FetchHttpClient.layer),
  overSockets("undici", NodeHttpClient.layerUndici),
  recording,
  ...(HUNYUAN_LIVE === "1" ? [realEndpoint] : []),
  ...(NodeFs.existsSync(live) ? [recordingOfRealEndpoint] : [])
]
