/**
 * What an editor shows on hovering. The surface check compares the emitted declarations of this file with
 * `test/surface/hover.txt`, so that a type which becomes unreadable is seen.
 */
import { Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as Operation from "../../src/cloud/Operation.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import type * as Job from "../../src/job/Job.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as SubmitJob from "../../src/job/SubmitJob.ts"
import * as Fake from "../../src/testing/Fake.ts"

declare const id: Job.JobId
declare const ticket: Job.JobTicket

export const jobs = QueryJob.layer

export const keysForgotten = QueryJob.layer.pipe(Layer.provide(FetchHttpClient.layer))

export const live = QueryJob.layer.pipe(Layer.provide([FetchHttpClient.layer, Credentials.layerEnv]))

export const test = GenerateJob.layer.pipe(Layer.provide(Fake.layer()))

export const look = QueryJob.QueryJob.use((jobs) => jobs.query(id))

export const done = QueryJob.QueryJob.use((jobs) => jobs.wait(ticket))

export const changes = Effect.map(QueryJob.QueryJob, (jobs) => jobs.watch(ticket))

export const submitted = SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, { Prompt: "a teapot" }))

export const generated = GenerateJob.GenerateJob.use((jobs) =>
  jobs.generate(JobKind.UV, { File: { Url: "", Type: "fbx" } })
)

export const called = TencentCloud.call(JobKind.Pro.query, { JobId: id })

export type Submission = Operation.Codec
