/** What a program of the contract is, and what it may use. */
import { Context, type Effect, type FileSystem, type Path, type Ref } from "effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import type * as GenerateJob from "../../src/job/GenerateJob.ts"
import type * as QueryJob from "../../src/job/QueryJob.ts"
import type * as SubmitJob from "../../src/job/SubmitJob.ts"
import type * as Fake from "../../src/testing/Fake.ts"

/** The requests that left for the transport, in their order: the action, or the method of a download. */
export class Sent extends Context.Service<Sent, Ref.Ref<ReadonlyArray<string>>>()("test/contract/Sent") {}

export type Services =
  | GenerateJob.GenerateJob
  | SubmitJob.SubmitJob
  | QueryJob.QueryJob
  | TencentCloud.TencentCloud
  | HttpClient.HttpClient
  | FileSystem.FileSystem
  | Path.Path
  | Sent

export interface Program {
  readonly title: string
  /** What the service is like before the program runs: the options of the fake, and what its first requests suffer. */
  readonly scene: Omit<Fake.Options, "faults"> & { readonly faults?: ReadonlyArray<Fake.Fault> }
  /** Whether the real endpoint runs it as well, which is in no scene. */
  readonly isLive?: boolean
  /** Checks its own results. */
  readonly run: Effect.Effect<unknown, unknown, Services>
}
