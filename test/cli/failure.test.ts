import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { Failure, fromError, fromSubmission, usage } from "../../src/cli/failure.ts"
import * as ApiError from "../../src/cloud/ApiError.ts"
import * as Job from "../../src/job/Job.ts"
import { JobFailed, WaitTimeout } from "../../src/job/QueryJob.ts"

const id = Job.JobId.make("1375367755519696896")

const apiError = (reason: ApiError.Reason) =>
  new ApiError.ApiError({ action: "SubmitHunyuanTo3DProJob", region: "ap-singapore", reason })

const refused = (code: string) => apiError(ApiError.reasonFromCode({ code, description: "no", region: "ap-singapore" }))

describe("the exit code", () => {
  it("of a job that failed is 2", () => {
    const ticket = new Job.JobTicket({ jobId: id, kind: "Pro", region: "ap-singapore" })
    assert.strictEqual(fromError(new JobFailed({ job: new Job.Failed({ id }), ticket })).exitCode, 2)
  })
  it("of a time that passed is 3", () => {
    const ticket = new Job.JobTicket({ jobId: id, kind: "Pro", region: "ap-singapore" })
    assert.strictEqual(fromError(WaitTimeout.make({ ticket, looks: 1, elapsed: Duration.minutes(1) })).exitCode, 3)
  })
  it("of a refusal is 4", () => {
    assert.strictEqual(fromError(refused("AuthFailure.SignatureFailure")).exitCode, 4)
    assert.strictEqual(fromSubmission(refused("AuthFailure.SignatureFailure")).exitCode, 4)
  })
  it("of a query that got no answer is 1", () => {
    assert.strictEqual(fromError(apiError(new ApiError.Transport({ description: "lost" }))).exitCode, 1)
  })
  it("of a submission that may have been carried out is 5", () => {
    assert.strictEqual(fromSubmission(apiError(new ApiError.Transport({ description: "lost" }))).exitCode, 5)
    assert.strictEqual(fromSubmission(refused("InternalError")).exitCode, 5)
  })
  it("of a submission that was surely not carried out is 1", () => {
    const notSent = new ApiError.Transport({ description: "refused", mayHaveRun: false })
    assert.strictEqual(fromSubmission(apiError(notSent)).exitCode, 1)
  })
  it("of anything else is 1", () => {
    assert.strictEqual(fromError(new Error("anything")).exitCode, 1)
    assert.strictEqual(usage("anything").exitCode, 1)
  })
  it("of a failure that has one is kept", () => {
    assert.strictEqual(
      fromError(new Failure({ message: "anything", exitCode: 5, code: "Anything", retryable: false })).exitCode,
      5
    )
  })
})
