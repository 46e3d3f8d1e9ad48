/**
 * The fake: the service in memory. An application that is given `Fake.layer()` in
 * place of a real HTTP client submits jobs, waits for them and downloads their
 * results without a network.
 *
 * The fake verifies every request as the service does, signature and five-minute
 * window included, limits calls to 20 a second, gives jobs their task slots, lets
 * ids and result links expire after 24 hours, and fails as it is told to. `layer`
 * puts it behind an Effect `HttpClient`; `httpApp` mounts it on any Effect HTTP
 * server, for clients that need a socket. The service `Fake` is the handle by which
 * a test steers it.
 *
 * The files of a job follow from its kind, its request and the seed: a prompt makes a
 * textured model with a rendered preview, a topology job fewer faces, a rigging job a
 * figure with bones. They are made when they are downloaded.
 *
 * **Gotchas**
 *
 * - The fake writes GLB, OBJ (a zip) and STL. A job that asks for another format fails
 *   with `FailedOperation.UnsupportedFormat`.
 * - Time is that of `Clock` and chance that of `Random`, so a test decides about
 *   both: with `TestClock` a job of three minutes takes none, and the same
 *   `Random.withSeed` gives the same run.
 * - Nothing runs in the background: what state a job is in is worked out when
 *   somebody looks.
 * - The fake knows the kinds of the setting `Kinds`. Provide `Kinds.layer([Own])`
 *   beneath `Fake.layer`, or around a call, for kinds of your own.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Credentials from "../cloud/Credentials.ts"
import { Fake } from "./internal/fake/handle.ts"
import { credential, make } from "./internal/fake/make.ts"
import type { Options } from "./internal/fake/options.ts"
import { layerHttpClient } from "./internal/fake/transport.ts"

export type { Failing, JobOptions, Options, Outcome } from "./internal/fake/options.ts"
export { Dropped, type Fault } from "./internal/fake/faults.ts"
export type { ReceivedRequest } from "./internal/fake/log.ts"
export { Fake, type JobClock, type JobState } from "./internal/fake/handle.ts"
export { InvalidState, type State } from "./internal/fake/state.ts"
export { credential } from "./internal/fake/make.ts"
export { httpApp } from "./internal/fake/server.ts"

/**
 * Provides the handle `Fake` alone, for a server that mounts `httpApp`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerHandle = (options?: Options): Layer.Layer<Fake> => Layer.effect(Fake, make(options))

/**
 * Provides the fake as an `HttpClient`, `Credentials` that it accepts, and the
 * handle `Fake`.
 *
 * **Details**
 *
 * The client answers calls of the API at any host, and downloads of the links in
 * its answers. It issues temporary credentials, too, and accepts them until they
 * expire: as the Security Token Service (`AssumeRole`, `AssumeRoleWithWebIdentity`),
 * and as the metadata service of a virtual machine, when `role` names the role of one.
 * A call is checked in this order, and refused with the first code that applies:
 *
 * - method and size: `UnsupportedProtocol`, `RequestSizeLimitExceeded`,
 *   `InvalidRequest`
 * - signature: `AuthFailure.InvalidAuthorization`, `.SecretIdNotFound`,
 *   `.SignatureExpire`, `.SignatureFailure`, `.TokenFailure`
 * - action, and 20 calls of it in any second: `InvalidAction`,
 *   `RequestLimitExceeded`
 * - version and region: `NoSuchVersion`, `UnsupportedRegion`
 * - parameters, by the schema of the kind's request: `InvalidParameter`,
 *   `MissingParameter`, `UnknownParameter`, `InvalidParameterValue`
 * - the job: `FailedOperation.JobNotFound`, `RequestLimitExceeded.JobNumExceed`
 *
 * A header that is missing is a `MissingParameter`. A link is refused with status
 * 403 once it has expired or when it was changed, and with 404 when there is no
 * such file; a `Range` is honoured.
 *
 * **Example** (A job of minutes in no time)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Fiber, Layer } from "effect"
 * import { TestClock } from "effect/testing"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as Job from "effect-hunyuan3d/Job"
 * import * as QueryJob from "effect-hunyuan3d/QueryJob"
 *
 * const id = Job.JobId.make("1375367755519696896")
 * const program = Effect.gen(function* () {
 *   const waiting = yield* Effect.forkChild(QueryJob.QueryJob.use((jobs) => jobs.wait(id)))
 *   yield* TestClock.adjust("5 minutes")
 *   const done = yield* Fiber.join(waiting)
 *   return done.files.map((file) => file.type)
 * })
 *
 * const Test = QueryJob.layer.pipe(Layer.provide(Fake.layer({ jobs: [{ id, run: "2 minutes" }] })))
 * const types = await Effect.runPromise(program.pipe(Effect.provide(Test), Effect.provide(TestClock.layer())))
 * assert.deepEqual(types, ["GLB"])
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options?: Options): Layer.Layer<HttpClient.HttpClient | Credentials.Credentials | Fake> =>
  Layer.mergeAll(layerHttpClient(), Credentials.layer(options?.credential ?? credential)).pipe(
    Layer.provideMerge(layerHandle(options))
  )
