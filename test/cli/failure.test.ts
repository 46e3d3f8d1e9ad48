import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Duration } from "effect"
import { exitCodes, Failure, fromCause, fromError, fromSubmission, usage } from "../../src/cli/failure.ts"
import * as ApiError from "../../src/cloud/ApiError.ts"
import { DownloadError, MalformedResponse, NoLinks } from "../../src/files/DownloadError.ts"
import * as Job from "../../src/job/Job.ts"
import { JobFailed, WaitTimeout } from "../../src/job/QueryJob.ts"

const id = Job.JobId.make("1375367755519696896")

const apiError = (reason: ApiError.Reason) =>
  new ApiError.ApiError({ action: "SubmitHunyuanTo3DProJob", region: "ap-singapore", reason })

const refused = (code: string) => apiError(ApiError.reasonFromCode({ code, description: "no", region: "ap-singapore" }))

describe("the exit codes", () => {
  it("are those of the table in the documentation", () => {
    const section = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8").split("\n## Exit codes\n")[1]
    const documented = [...(section ?? "").matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code))
    assert.deepStrictEqual(documented, Object.values(exitCodes))
  })
})

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

describe("the code for scripts", () => {
  const ticket = new Job.JobTicket({ jobId: id, kind: "Pro", region: "ap-singapore" })

  it.each<readonly [error: Error, code: string, retryable: boolean]>([
    [
      new JobFailed({ job: new Job.Failed({ id, errorCode: "FailedOperation.X" }), ticket }),
      "FailedOperation.X",
      false
    ],
    [new JobFailed({ job: new Job.Failed({ id }), ticket }), "JobFailed", false],
    [WaitTimeout.make({ ticket, looks: 1, elapsed: Duration.minutes(1) }), "WaitTimeout", true],
    [refused("AuthFailure.SignatureFailure"), "AuthFailure.SignatureFailure", false],
    [refused("RequestLimitExceeded"), "RequestLimitExceeded", true],
    [apiError(new ApiError.Transport({ description: "lost" })), "Client.Transport", true],
    [
      new DownloadError({ jobId: id, file: "a", reason: new MalformedResponse({ description: "" }) }),
      "MalformedResponse",
      true
    ],
    [new DownloadError({ jobId: id, file: "a", reason: new NoLinks({ requestId: "r" }) }), "NoLinks", false],
    [usage("anything"), "Usage", false],
    [new Error("anything"), "Error", false]
  ])("of %s is %s", (error, code, retryable) => {
    assert.deepInclude(fromError(error), { code, retryable })
  })

  it("of a submission that may have run lets nobody repeat it", () => {
    const lost = fromSubmission(apiError(new ApiError.Transport({ description: "lost" })))
    assert.deepInclude(lost, { code: "Client.Transport", retryable: false, mayHaveRun: true })
    const throttled = fromSubmission(refused("RequestLimitExceeded"))
    assert.deepInclude(throttled, { code: "RequestLimitExceeded", retryable: true, mayHaveRun: false })
  })

  it("of an interruption and of a bug are names of their own", () => {
    assert.strictEqual(fromCause(Cause.interrupt(0)).code, "Interrupted")
    assert.strictEqual(fromCause(Cause.die(new Error("broken"))).code, "Bug")
  })
})
