/**
 * The API of the fake: who calls, what for, how often, and with which parameters.
 * Each check refuses with the code that the service documents for it.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Credentials from "../../../cloud/Credentials.ts"
import * as Endpoint from "../../../cloud/Endpoint.ts"
import type * as Operation from "../../../cloud/Operation.ts"
import * as Credits from "../../../job/Credits.ts"
import * as Hunyuan from "../../../job/Hunyuan.ts"
import type * as JobKind from "../../../job/JobKind.ts"
import { authenticate, type Keys } from "./authentication.ts"
import { header, refuse, type Answer, type Call, type Refusal } from "./call.ts"
import { makeCallLimit } from "./callLimit.ts"
import type { Issued } from "./issued.ts"
import { status, type FakeJob } from "./job.ts"
import type { Jobs } from "./jobs.ts"
import { withoutImages } from "./models/request.ts"
import { failureOf } from "./models/results.ts"
import type { Options } from "./options.ts"
import { readParameters } from "./parameters.ts"
import { resultFiles } from "./storage.ts"
import { assumeRole, isStsAction, isUnsigned } from "./sts.ts"

export interface Api {
  /** The fields of the answer, or the refusal. `origin` is where result files are served. */
  readonly answer: (call: Call, origin: string) => Effect.Effect<object, Refusal>
  readonly clear: () => void
}

/** The envelope of an answer or a refusal; both have status 200. */
export const envelope = (result: Result.Result<object, Refusal>, requestId: string): Answer =>
  Result.match(result, {
    onSuccess: (fields) => ({
      response: HttpServerResponse.jsonUnsafe({ Response: { ...fields, RequestId: requestId } })
    }),
    onFailure: ({ code, explanation, message }) => ({
      code,
      explanation,
      response: HttpServerResponse.jsonUnsafe({
        Response: { Error: { Code: code, Message: message }, RequestId: requestId }
      })
    })
  })

const findKind = (kinds: ReadonlyArray<JobKind.Any>, action: string): Effect.Effect<JobKind.Any, Refusal> => {
  const kind = kinds.find(({ submit, query }) => submit.action === action || query.action === action)
  return kind === undefined
    ? refuse(
        "InvalidAction",
        `The fake does not know the action ${action}. Correct its name. An action of a kind of your own is known with ` +
          "Kinds.layer([kind]), beneath Fake.layer or around the call."
      )
    : Effect.succeed(kind)
}

/** What was submitted, as far as the result depends on it. */
const keptRequest = (body: Uint8Array): Schema.Json | undefined =>
  Option.getOrUndefined(Option.map(decodeJson(new TextDecoder().decode(body)), (json) => withoutImages(json)))

const decodeJson = Schema.decodeOption(Schema.fromJsonString(Schema.Json))

/** What the job cost, where it has a price. */
const creditsOf = ({ kind, request }: FakeJob) =>
  Option.match(Credits.estimate(kind, request ?? {}), {
    onNone: () => ({}),
    onSome: ({ low }) => ({ ResultCreditConsumed: low })
  })

const submit = Effect.fnUntraced(function* (
  jobs: Jobs,
  kind: JobKind.Any,
  region: string,
  body: Uint8Array,
  slotsFull: Options["slotsFull"]
) {
  const now = jobs.at(yield* Clock.currentTimeMillis)
  if (slotsFull === "refuse" && !jobs.hasFreeSlot(kind, now)) {
    return yield* refuse(
      "RequestLimitExceeded.JobNumExceed",
      "All task slots of this kind of job are taken. Submit again when a job has ended."
    )
  }
  const request = keptRequest(body)
  const outcome = failureOf(kind.name, request)
  return { JobId: jobs.add({ kind, region, request, outcome }, now, yield* Random.Random).id }
})

const query = Effect.fnUntraced(function* (jobs: Jobs, id: string, kind: JobKind.Any, region: string, origin: string) {
  const now = jobs.at(yield* Clock.currentTimeMillis)
  const job = jobs.find(id, now)
  if (job === undefined || job.kind.name !== kind.name || job.region !== region) {
    return yield* refuse(
      "FailedOperation.JobNotFound",
      `There is no job ${id} of this kind in ${region}. Ids live ${Duration.toHours(Hunyuan.idLifetime)} hours, and only in the region of the submit.`
    )
  }
  const Status = status(job, now)
  const failure = Status === "FAIL" && job.outcome !== "DONE" ? job.outcome : { code: "", message: "" }
  return {
    ErrorCode: failure.code,
    ErrorMessage: failure.message,
    ...(Status === "DONE" ? creditsOf(job) : {}),
    ResultFile3Ds: Status === "DONE" ? resultFiles(job, origin) : [],
    Status
  }
})

export const makeApi = (
  jobs: Jobs,
  kinds: Effect.Effect<ReadonlyArray<JobKind.Any>>,
  credential: Credentials.Credential,
  issued: Issued,
  { slotsFull, requestsPerSecond = Endpoint.requestsPerSecond }: Options
): Api => {
  const limit = makeCallLimit(requestsPerSecond)
  const keys: Keys = {
    own: credential,
    find: (secretId) => (secretId === credential.secretId ? credential : issued.find(secretId))
  }

  /** The region, once everything but the parameters is in order. */
  const admit = Effect.fnUntraced(function* (
    call: Call,
    action: string,
    { host, version }: Operation.Product,
    now: number
  ) {
    if (!limit.admits(action, now)) {
      return yield* refuse(
        "RequestLimitExceeded",
        `More than ${requestsPerSecond} calls of ${action} within one second. Call it less often.`
      )
    }
    if ((yield* header(call, "X-TC-Version")) !== version) {
      return yield* refuse("NoSuchVersion", `The version must be ${version}.`)
    }
    const region = yield* header(call, "X-TC-Region")
    // Which regions the product of a kind of one's own has, nobody says.
    if (host === Hunyuan.product.host && !Hunyuan.regions.includes(region)) {
      return yield* refuse("UnsupportedRegion", `The region must be one of ${Hunyuan.regions.join(", ")}.`)
    }
    return region
  })

  const answer = Effect.fnUntraced(function* (call: Call, origin: string) {
    const now = yield* Clock.currentTimeMillis
    if (call.method !== "POST") return yield* refuse("UnsupportedProtocol", "The fake takes POST only.")
    const body = yield* Effect.fromResult(call.body)
    if (!isUnsigned(call)) yield* authenticate(call, body, keys, now)
    const action = yield* header(call, "X-TC-Action")
    if (isStsAction(action)) {
      yield* admit(call, action, Credentials.sts, now)
      return yield* assumeRole(issued, action, call, body)
    }
    const kind = yield* findKind(yield* kinds, action)
    const region = yield* admit(call, action, kind.submit.product, now)
    if (action === kind.submit.action) {
      yield* readParameters(kind.submit.input, call, body)
      return yield* submit(jobs, kind, region, body, slotsFull)
    }
    const { JobId } = yield* readParameters(kind.query.input, call, body)
    return yield* query(jobs, JobId, kind, region, origin)
  })

  return { answer, clear: limit.clear }
}
