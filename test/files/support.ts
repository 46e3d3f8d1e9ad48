/** What tests of downloads share: jobs, directories, transports in memory, and virtual time. */
import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { layer as layerPath } from "@effect/platform-node/NodePath"
import { assert } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Endpoint from "../../src/cloud/Endpoint.ts"
import * as SignedLink from "../../src/cloud/SignedLink.ts"
import type * as DownloadError from "../../src/files/DownloadError.ts"
import * as ResultFiles from "../../src/files/ResultFiles.ts"
import * as Job from "../../src/job/Job.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as Fake from "../../src/testing/Fake.ts"

export const id = Job.JobId.make("1375367755519696896")

interface Links {
  readonly type?: string | undefined
  readonly url?: string | undefined
  readonly previewUrl?: string | undefined
}

/** A job that is done, with these files. */
export const done = (...files: ReadonlyArray<Links>) =>
  new Job.Done({
    id,
    files: files.map(
      ({ type, url, previewUrl }) =>
        new Job.File3D({
          ...(type === undefined ? {} : { type }),
          ...(url === undefined ? {} : { url: SignedLink.make(url) }),
          ...(previewUrl === undefined ? {} : { previewUrl: SignedLink.make(previewUrl) })
        })
    )
  })

/** The link of a job's first file. */
export const linkOf = (job: Job.Done) => job.files[0]?.url?.href ?? ""

/** The jobs come from an endpoint on this machine. */
export const locally = Effect.provide(Endpoint.layer({ protocol: "http", host: "127.0.0.1:8080" }))

/** An empty directory. Without Effect's other services of Node, since each terminal listens to standard input. */
export const withDirectory = <A, E, R>(use: (directory: string) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return yield* use(yield* Effect.orDie(fs.makeTempDirectoryScoped()))
  }).pipe(Effect.scoped, Effect.provide([NodeFileSystem.layer, layerPath]))

export const read = (path: string) => new Uint8Array(NodeFs.readFileSync(path))
export const list = (directory: string) => NodeFs.readdirSync(directory).toSorted()
export const write = (directory: string, name: string, content: string | Uint8Array) =>
  NodeFs.writeFileSync(NodePath.join(directory, name), content)
/** All files below a directory. */
export const everything = (directory: string) =>
  NodeFs.readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => NodePath.relative(directory, NodePath.join(entry.parentPath, entry.name)))
    .toSorted()

/** A transport that answers from memory. */
export const answering = (answer: (request: Request) => Response) =>
  Layer.succeed(
    HttpClient.HttpClient,
    HttpClient.make((request, url) =>
      Effect.sync(() => HttpClientResponse.fromWeb(request, answer(new Request(url, { headers: request.headers }))))
    )
  )

const encode = (content: string | Uint8Array) =>
  typeof content === "string" ? new TextEncoder().encode(content) : Uint8Array.from(content)

/** An answer that states its size. */
export const sized = (content: string | Uint8Array, headers: Record<string, string> = {}) => {
  const bytes = encode(content)
  return new Response(bytes, { headers: { "content-length": String(bytes.length), ...headers } })
}

/** Downloads one file that the storage answers with these bytes: its name or the reason, and what is left on the disk. */
export const receive = (
  content: string | Uint8Array,
  { type, url = "https://storage.example/a" }: { readonly type?: string | undefined; readonly url?: string } = {},
  options?: ResultFiles.Options
) =>
  withDirectory((directory) =>
    ResultFiles.download(done({ url, type }), directory, options).pipe(
      Effect.map(([file]) => NodePath.basename(file?.path ?? "")),
      Effect.catchTag("DownloadError", ({ reason }) => Effect.succeed(reason)),
      Effect.map((result) => ({ result, left: list(directory), all: everything(directory) }))
    )
  ).pipe(Effect.provide(answering(() => sized(content))))

export const only = <A>(all: ReadonlyArray<A>): A => {
  const [one, ...others] = all
  assert.lengthOf(others, 0)
  if (one === undefined) throw new Error("there is none")
  return one
}

export const reasonOf = (error: DownloadError.DownloadError) => error.reason._tag

/** Runs with the files of a job of the fake, and tells what its storage was asked. */
export const onFake = <A, E, R>(
  use: (context: {
    readonly job: Job.Done
    readonly directory: string
    readonly fake: Fake.Fake["Service"]
    readonly requests: Effect.Effect<ReadonlyArray<Fake.ReceivedRequest>>
  }) => Effect.Effect<A, E, R>
) =>
  withDirectory((directory) =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const job = yield* QueryJob.QueryJob.use((jobs) => jobs.wait(id))
      const before = (yield* fake.requests).length
      return yield* use({ job, directory, fake, requests: Effect.map(fake.requests, (all) => all.slice(before)) })
    })
  ).pipe(Effect.provide(QueryJob.layer.pipe(Layer.provideMerge(Fake.layer({ jobs: [{ id, run: 0 }] })))))
