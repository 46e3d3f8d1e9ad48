/**
 * Tencent Cloud's Hunyuan 3D jobs for Effect applications. Each module stands for
 * one concept and is also importable by its own path, which keeps bundles small.
 *
 * @since 0.1.0
 */
export * as ApiError from "./ApiError.ts"
export * as Credentials from "./Credentials.ts"
export * as Fake from "./Fake.ts"
export * as GenerateJob from "./GenerateJob.ts"
export * as Job from "./Job.ts"
export * as JobKind from "./JobKind.ts"
export * as Polling from "./Polling.ts"
export * as QueryJob from "./QueryJob.ts"
export * as RateLimit from "./RateLimit.ts"
export * as Replay from "./Replay.ts"
export * as ResultFiles from "./ResultFiles.ts"
export * as Signer from "./Signer.ts"
export * as SubmitJob from "./SubmitJob.ts"
export * as Tc3 from "./Tc3.ts"
export * as TencentCloud from "./TencentCloud.ts"
