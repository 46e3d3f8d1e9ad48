/**
 * What `--transport`, `--endpoint` and `--region` stand for in the library: the
 * endpoint, and the services for jobs of every kind over it.
 */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Path from "effect/Path"
import type * as Credentials from "../cloud/Credentials.ts"
import type { CredentialsError } from "../cloud/CredentialsError.ts"
import * as Endpoint from "../cloud/Endpoint.ts"
import * as Policy from "../cloud/Policy.ts"
import * as TencentCloud from "../cloud/TencentCloud.ts"
import * as JobApi from "../job/JobApi.ts"
import * as QueryJob from "../job/QueryJob.ts"
import * as SubmitJob from "../job/SubmitJob.ts"
import type * as Replay from "../testing/Replay.ts"
import { Attempts } from "./attempts.ts"
import { Announcement } from "./cost.ts"
import { credentials } from "./credentials.ts"
import { type Failure, usage } from "./failure.ts"
import { type JournalFlags, journalOf } from "./journal.ts"
import { loadFake, loadReplay } from "./load.ts"
import { Network } from "./network.ts"
import { type Connection, defaultUrl } from "./options.ts"

export const readEndpoint = Effect.fnUntraced(function* ({
  endpoint,
  region
}: Pick<Connection, "endpoint" | "region">) {
  const configured: Endpoint.Options = { ...(yield* Endpoint.Endpoint), region }
  if (Option.isNone(endpoint)) return configured
  const url = URL.canParse(endpoint.value) ? new URL(endpoint.value) : undefined
  const protocol = url?.protocol === "https:" ? "https" : url?.protocol === "http:" ? "http" : undefined
  const isBare =
    url !== undefined && url.pathname === "/" && url.search === "" && url.hash === "" && !endpoint.value.includes("@")
  if (protocol === undefined || !isBare) {
    // What was given is not repeated, since it may hold a password.
    return yield* usage(
      `--endpoint is not usable. Give a URL without path, user name and password, such as ${defaultUrl}.`
    )
  }
  const given: Endpoint.Options = { ...configured, protocol, host: url.host }
  return given
})

export const network = Layer.unwrap(Network.useSync(({ client }) => client))

const fake = Layer.unwrap(Effect.map(loadFake, (Fake) => Fake.layer({ wait: "1 second", run: "4 seconds" })))

const replay = (file: string) =>
  Layer.unwrap(Effect.map(loadReplay, (Replay) => Replay.layerFile(file, { allowUnused: true })))

const record = (file: string) => Layer.unwrap(Effect.map(loadReplay, (Replay) => Replay.layerRecord(file)))

export const transportLayer = (
  flags: Connection
): Layer.Layer<
  HttpClient.HttpClient | Credentials.Credentials,
  Failure | CredentialsError | Replay.CassetteError | Replay.RecordingError,
  FileSystem.FileSystem | Path.Path | Network
> => {
  const { transport } = flags
  const [name, ...rest] = transport.split(":")
  const file = rest.join(":")
  if (transport === "live") return Layer.merge(network, credentials(flags))
  if (transport === "fake") return fake
  if (name === "replay" && file !== "") return replay(file)
  if (name === "record" && file !== "") {
    return Layer.merge(record(file).pipe(Layer.provide(network)), credentials(flags))
  }
  return Layer.effectContext(
    Effect.fail(usage(`--transport cannot be "${transport}". Give live, fake, replay:FILE or record:FILE.`))
  )
}

// The client whose calls are seen comes in place of the transport's own.
const seen = Layer.effect(
  HttpClient.HttpClient,
  Effect.gen(function* () {
    return (yield* Attempts).client(yield* HttpClient.HttpClient)
  })
)

/** Says what there is to say right before a submission is sent: the journal has its entry by then. */
const announcing = Layer.effect(
  JobApi.JobApi,
  Effect.map(JobApi.JobApi, ({ query, submit }) => ({
    query,
    submit: (kind, request) => Effect.flatMap(Announcement, (say) => Effect.andThen(say, submit(kind, request)))
  }))
)

/** Jobs of every kind, over a transport and a key. */
export const services = Layer.merge(SubmitJob.layerNoDeps, QueryJob.layerNoDeps).pipe(
  Layer.provide(announcing),
  Layer.provide(JobApi.layer),
  Layer.provide(TencentCloud.layer)
)

/** Jobs of every kind over the connection, and the connection itself, for downloads; with the journal, where there is one. */
export const jobs = (flags: Connection & JournalFlags) =>
  services.pipe(
    Layer.provideMerge(
      Layer.mergeAll(
        Layer.provideMerge(seen, transportLayer(flags)),
        Layer.effect(
          Policy.Policy,
          Attempts.use(({ policy }) => policy(flags.requestTimeout))
        ),
        Layer.effect(Endpoint.Endpoint, readEndpoint(flags)),
        journalOf(flags)
      )
    )
  )
