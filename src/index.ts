/**
 * Tencent Cloud's Hunyuan 3D jobs for Effect applications. Each module stands for
 * one concept and is also importable by its own path, which keeps bundles small.
 *
 * @since 0.1.0
 */

// Tencent Cloud API 3.0.
export * as ApiError from "./cloud/ApiError.ts"
export * as Credentials from "./cloud/Credentials.ts"
export * as CredentialsError from "./cloud/CredentialsError.ts"
export * as Endpoint from "./cloud/Endpoint.ts"
export * as Operation from "./cloud/Operation.ts"
export * as Policy from "./cloud/Policy.ts"
export * as RateLimit from "./cloud/RateLimit.ts"
export * as Signer from "./cloud/Signer.ts"
export * as SignedLink from "./cloud/SignedLink.ts"
export * as Tc3 from "./cloud/Tc3.ts"
export * as TencentCloud from "./cloud/TencentCloud.ts"

// Hunyuan 3D jobs.
export * as Credits from "./job/Credits.ts"
export * as GenerateJob from "./job/GenerateJob.ts"
export * as Hunyuan from "./job/Hunyuan.ts"
export * as Job from "./job/Job.ts"
export * as JobApi from "./job/JobApi.ts"
export * as JobKind from "./job/JobKind.ts"
export * as Journal from "./job/Journal.ts"
export * as Kinds from "./job/Kinds.ts"
export * as Polling from "./job/Polling.ts"
export * as QueryJob from "./job/QueryJob.ts"
export * as SubmitJob from "./job/SubmitJob.ts"
export * as TaskSlots from "./job/TaskSlots.ts"

// Result files, and images to start from.
export * as DownloadError from "./files/DownloadError.ts"
export * as Image from "./files/Image.ts"
export * as ResultFiles from "./files/ResultFiles.ts"

// Fleets.
export * as Batch from "./fleet/Batch.ts"
export * as JobWorkflow from "./fleet/JobWorkflow.ts"

// The doubles.
export * as Fake from "./testing/Fake.ts"
export * as FakeAdmin from "./testing/FakeAdmin.ts"
export * as Replay from "./testing/Replay.ts"
