/** What cases share: who signs, and whose jobs. */
import * as Redacted from "effect/Redacted"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as Job from "../../src/job/Job.ts"

export const keys = { secretId: "AKIDBENCH", secretKey: "bench-secret-key" }

export const credentials = Credentials.layer({ secretId: keys.secretId, secretKey: Redacted.make(keys.secretKey) })

/** The id of the nth job. */
export const jobId = (nth: number) => Job.JobId.make(String(1_375_367_755_519_600_000n + BigInt(nth)))
