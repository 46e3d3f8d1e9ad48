/** A service in memory that is faster than the fake, since nothing is signed and encoded: it computes jobs, and counts. */
import { Clock, Effect, Layer, Schema } from "effect"
import * as ApiError from "../../src/cloud/ApiError.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobApi from "../../src/job/JobApi.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as SubmitJob from "../../src/job/SubmitJob.ts"

interface Options {
  /** How long the nth job runs, in milliseconds. */
  readonly run: (nth: number) => number
  /** Whether the nth job fails. */
  readonly fails?: (nth: number) => boolean
  /** How the nth submission fails: refused, after it was carried out, or with an error. */
  readonly fault?: (nth: number) => "refused" | "lost" | ApiError.ApiError | undefined
}

const decodePrompt = Schema.decodeUnknownSync(Schema.Struct({ Prompt: Schema.String }))

export const makeService = ({ fails = () => false, fault = () => undefined, run }: Options) => {
  const ends = new Map<string, number>()
  /** How often each prompt was bought. */
  const bought = new Map<string, number>()
  /** The most jobs of each kind at once. */
  const most = new Map<string, number>()
  const underWay = new Map<string, Set<string>>()
  let submissions = 0

  const failed = (action: string, reason: ApiError.Reason) =>
    new ApiError.ApiError({ action, region: "ap-singapore", reason })

  const api: JobApi.JobApi["Service"] = {
    submit: Effect.fnUntraced(function* (kind, request) {
      const nth = submissions++
      const fate = fault(nth)
      const { action } = kind.submit
      if (fate instanceof ApiError.ApiError) return yield* fate
      if (fate === "refused") {
        return yield* failed(action, new ApiError.InvalidRequest({ code: "InvalidParameter", description: "no" }))
      }
      const id = Job.JobId.make(`${10n ** 18n + BigInt(nth)}`)
      const { Prompt } = decodePrompt(request)
      bought.set(Prompt, (bought.get(Prompt) ?? 0) + 1)
      ends.set(id, (yield* Clock.currentTimeMillis) + run(nth))
      if (fate === "lost")
        return yield* failed(action, new ApiError.Transport({ description: "reset", mayHaveRun: true }))
      const those = underWay.get(kind.name) ?? new Set()
      underWay.set(kind.name, those.add(id))
      most.set(kind.name, Math.max(most.get(kind.name) ?? 0, those.size))
      return id
    }),
    query: Effect.fnUntraced(function* ({ jobId: id, kind }) {
      const now = yield* Clock.currentTimeMillis
      const end = ends.get(id)
      if (end === undefined) {
        const reason = { code: "FailedOperation.JobNotFound", description: "no", region: "ap-singapore" }
        return yield* failed("Query", new ApiError.NotFound(reason))
      }
      if (now < end) return new Job.Running({ id })
      underWay.get(kind)?.delete(id)
      return fails(Number(BigInt(id) - 10n ** 18n))
        ? new Job.Failed({ id, errorCode: "FailedOperation.Mesh", errorMessage: "no mesh" })
        : new Job.Done({ id, credits: { consumed: 20 } })
    })
  }
  const layer = Layer.merge(SubmitJob.layerNoDeps, QueryJob.layerNoDeps).pipe(
    Layer.provide(Layer.succeed(JobApi.JobApi, api))
  )
  return { layer, bought, most, submissions: () => submissions }
}
