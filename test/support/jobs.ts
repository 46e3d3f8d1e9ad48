/** A job in each of its states, and the services of jobs over a `JobApi` from a function. */
import { Clock, Context, Duration, Effect, Layer, Ref } from "effect"
import * as ApiError from "../../src/cloud/ApiError.ts"
import * as SignedLink from "../../src/cloud/SignedLink.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobApi from "../../src/job/JobApi.ts"
import * as Journal from "../../src/job/Journal.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"

export const id = Job.JobId.make("1375367755519696896")
export const waiting = new Job.Waiting({ id })
export const running = new Job.Running({ id })
export const done = new Job.Done({
  id,
  files: [new Job.File3D({ type: "GLB", url: SignedLink.make("https://host/a.glb?q-signature=1") })]
})
export const failed = new Job.Failed({ id, errorCode: "FailedOperation.ServerError", errorMessage: "no mesh" })

const apiError = (reason: ApiError.Reason) =>
  new ApiError.ApiError({ action: "QueryHunyuanTo3DProJob", region: "ap-singapore", reason })

/** A failure that may pass. */
export const passing = apiError(new ApiError.Timeout({ timeout: Duration.seconds(10) }))
/** A failure that no later look repairs. */
export const lasting = apiError(new ApiError.Permission({ code: "UnauthorizedOperation", description: "no" }))

/** A journal whose disk is broken. */
export const layerBroken = Layer.suspend(() => {
  const broken = new Journal.JournalError({
    place: "/journal",
    description: "The journal cannot be written: EIO.",
    cause: "EIO"
  })
  return Layer.succeed(Journal.Journal, {
    submit: () => Effect.fail(broken),
    ended: () => Effect.fail(broken),
    downloaded: () => Effect.fail(broken),
    list: Effect.fail(broken),
    find: () => Effect.fail(broken),
    forget: () => Effect.fail(broken)
  })
})

/** Without a journal, a submission fails with an `ApiError` only. */
export const withoutJournal = <A, R>(
  self: Effect.Effect<A, ApiError.ApiError | Journal.NotSubmitted, R>
): Effect.Effect<A, ApiError.ApiError, R> =>
  Effect.catch(self, (error) => (error._tag === "ApiError" ? Effect.fail(error) : Effect.die(error)))

/** `QueryJob` over a `JobApi` that answers each look by `answer`, and the times of the looks in milliseconds. */
export const looking = Effect.fnUntraced(function* (
  answer: (look: number) => Effect.Effect<Job.Job, ApiError.ApiError>
) {
  const times = yield* Ref.make<ReadonlyArray<number>>([])
  const Api = Layer.succeed(JobApi.JobApi, {
    submit: () => Effect.die("nothing is submitted"),
    query: Effect.fnUntraced(function* () {
      const now = yield* Clock.currentTimeMillis
      const looks = yield* Ref.updateAndGet(times, (all) => [...all, now])
      return yield* answer(looks.length)
    })
  })
  const context = yield* Layer.build(QueryJob.layerNoDeps.pipe(Layer.provide(Api)))
  return {
    jobs: Context.get(context, QueryJob.QueryJob),
    times: Ref.get(times),
    looks: Effect.map(Ref.get(times), (all) => all.length)
  }
})
