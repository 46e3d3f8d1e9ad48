/** What the types promise. `npm run check:types` finds what breaks a promise; running the file changes nothing. */
import { describe, expectTypeOf, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { FetchHttpClient, type HttpClient } from "effect/http"
import type * as ApiError from "../../src/cloud/ApiError.ts"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as Image from "../../src/files/Image.ts"
import * as Hunyuan from "../../src/job/Hunyuan.ts"
import type * as Job from "../../src/job/Job.ts"
import type * as JobApi from "../../src/job/JobApi.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as SubmitJob from "../../src/job/SubmitJob.ts"

declare const ticket: Job.JobTicket

const wait = () => QueryJob.QueryJob.use((jobs) => jobs.wait(ticket))

describe("the types of layers", () => {
  it("name the credentials when they are forgotten", () => {
    const jobs = QueryJob.layer.pipe(Layer.provide(FetchHttpClient.layer))
    expectTypeOf<Layer.Services<typeof jobs>>().toEqualTypeOf<Credentials.Credentials>()
  })

  it("name the transport when it is forgotten", () => {
    const jobs = QueryJob.layer.pipe(Layer.provide(Credentials.layerEnv))
    expectTypeOf<Layer.Services<typeof jobs>>().toEqualTypeOf<HttpClient.HttpClient>()
  })

  it("show that QueryJob and SubmitJob need JobApi only", () => {
    expectTypeOf<Layer.Services<typeof QueryJob.layerNoDeps>>().toEqualTypeOf<JobApi.JobApi>()
    expectTypeOf<Layer.Services<typeof SubmitJob.layerNoDeps>>().toEqualTypeOf<JobApi.JobApi>()
  })

  it("do not let a program run without them", () => {
    // @ts-expect-error the service QueryJob is missing
    void (() => Effect.runPromise(wait()))
  })
})

describe("the types of errors", () => {
  it("lose what catchTag handles", () => {
    const program = Effect.suspend(wait).pipe(Effect.catchTag("JobFailed", ({ job }) => Effect.succeed(job.errorCode)))
    expectTypeOf<Effect.Error<typeof program>>().toEqualTypeOf<QueryJob.WaitTimeout | ApiError.ApiError>()
    expectTypeOf<Effect.Success<typeof program>>().toEqualTypeOf<Job.Done | string>()
  })

  it("hand the reason that catchReason names", () => {
    void (() =>
      wait().pipe(
        Effect.catchReason("ApiError", "NotFound", (reason) => {
          expectTypeOf(reason).toEqualTypeOf<ApiError.NotFound>()
          return Effect.succeed(reason.region)
        })
      ))
  })

  it("say of every reason whether it is retryable and whether it may have run", () => {
    expectTypeOf<ApiError.Reason["isRetryable"]>().toEqualTypeOf<boolean>()
    expectTypeOf<ApiError.Reason["mayHaveRun"]>().toEqualTypeOf<boolean>()
  })
})

describe("the types of requests", () => {
  it("refuse a field that the API does not know", () => {
    expectTypeOf<JobKind.ProRequest>().toHaveProperty("Prompt")
    void (() =>
      SubmitJob.SubmitJob.use((jobs) =>
        // @ts-expect-error Promt is a mistyped Prompt
        jobs.submit(JobKind.Pro, { Promt: "a teapot" })
      ))
  })
})

describe("the types of images", () => {
  it("show what a request takes, and refuse the rest", () => {
    void (() =>
      Effect.gen(function* () {
        const jobs = yield* SubmitJob.SubmitJob
        const image = yield* Image.fromFile("a.png")
        yield* jobs.submit(JobKind.Pro, { ImageBase64: image.base64 })
        // @ts-expect-error the base64 of an image is meant, not the image
        yield* jobs.submit(JobKind.Pro, { ImageBase64: image })
        // @ts-expect-error the image was not read yet
        void Image.fromFile("a.png").base64
        // @ts-expect-error limits are those of what the image is for, not all of them
        yield* Image.fromFile("a.png", Hunyuan.imageLimits)
        // @ts-expect-error the service takes no GIF
        yield* Image.fromFile("a.gif", { ...Hunyuan.imageLimits.view, formats: ["gif"] })
      }))
  })

  it("hand the reason that catchReason names", () => {
    void (() =>
      Image.fromFile("a.png").pipe(
        Effect.catchReason("ImageError", "WrongSides", ({ width, height }) => Effect.succeed(width * height))
      ))
  })
})
