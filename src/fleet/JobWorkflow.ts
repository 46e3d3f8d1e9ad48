/**
 * A paid job as a durable workflow: submit, wait, download. It goes on when the process
 * that ran it is killed, on another one if need be.
 *
 * `JobWorkflow` is an Effect `Workflow`, so `execute`, `poll` and `resume` are its own. It
 * runs on the `WorkflowEngine` in context: `WorkflowEngine.layerMemory` for one process,
 * `ClusterWorkflowEngine` with SQL for a fleet. Each step is an activity, whose result the
 * engine stores. The submission goes through the `Journal`, so a step that runs again
 * finds the recorded ticket and pays nothing.
 *
 * **Gotchas**
 *
 * - One window is left: a runner that dies after its request left and before the answer is
 *   in the journal. Nobody knows then whether there is a job. After two minutes the
 *   workflow ends with `SubmissionUnknown`, and does not submit again.
 * - The same payload is the same execution, whose result is stored: executing it again
 *   gives that, an error too. Another `attempt` runs it again, and finds the job that there
 *   is. The same operation id with another request is an `OperationConflict`.
 * - The engine stores payloads and results: prompts, images in base64, and the links of
 *   results, which grant access for 24 hours.
 * - The result files are on the disk of the runner that downloaded them. Give a directory
 *   that all runners share.
 * - Interrupting a workflow does not cancel the job. The service cannot cancel one.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Path from "effect/Path"
import * as Workflow from "effect/workflow/Workflow"
import type * as WorkflowEngine from "effect/workflow/WorkflowEngine"
import type * as Credentials from "../cloud/Credentials.ts"
import * as TencentCloud from "../cloud/TencentCloud.ts"
import * as JobApi from "../job/JobApi.ts"
import type * as Journal from "../job/Journal.ts"
import * as QueryJob from "../job/QueryJob.ts"
import * as SubmitJob from "../job/SubmitJob.ts"
import { download } from "./internal/workflow/download.ts"
import { Payload, Result, WorkflowError } from "./internal/workflow/schemas.ts"
import { submit } from "./internal/workflow/submit.ts"
import { wait } from "./internal/workflow/wait.ts"

export { Payload, Result, WorkflowError } from "./internal/workflow/schemas.ts"

/**
 * The workflow.
 *
 * **Example** (In one process)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { NodeServices } from "@effect/platform-node"
 * import { Effect, Layer } from "effect"
 * import { WorkflowEngine } from "effect/workflow"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as JobWorkflow from "effect-hunyuan3d/JobWorkflow"
 * import * as Journal from "effect-hunyuan3d/Journal"
 *
 * const order = { operation: "order-17", kind: "Pro", request: { Prompt: "a teapot" } }
 * const program = Effect.gen(function* () {
 *   const { job } = yield* JobWorkflow.JobWorkflow.execute(order)
 *   const again = yield* JobWorkflow.JobWorkflow.execute(order)
 *   assert.equal(again.job.id, job.id)
 * })
 *
 * const Test = JobWorkflow.layer.pipe(
 *   Layer.provideMerge(WorkflowEngine.layerMemory),
 *   Layer.provide([Journal.layerMemory, Fake.layer({ run: 0 }), NodeServices.layer])
 * )
 * await Effect.runPromise(Effect.provide(program, Test))
 * ```
 *
 * @category workflows
 * @since 0.1.0
 */
export const JobWorkflow = Workflow.make("effect-hunyuan3d/JobWorkflow", {
  payload: Payload,
  success: Result,
  error: WorkflowError,
  idempotencyKey: ({ attempt = 1, directory = null, kind, operation, request }) =>
    JSON.stringify([operation, attempt, kind, request, directory])
})

const run = Effect.fnUntraced(function* (payload: Payload) {
  const submitted = yield* submit(payload)
  const job = yield* wait(submitted)
  const { directory } = payload
  const paths = directory === undefined ? [] : yield* download(job, directory)
  return new Result({ ticket: submitted.ticket, job, paths })
})

/**
 * Registers {@link JobWorkflow} on the `WorkflowEngine` in context, over the `SubmitJob`
 * and `QueryJob` in context.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerNoDeps: Layer.Layer<
  never,
  never,
  | WorkflowEngine.WorkflowEngine
  | Journal.Journal
  | SubmitJob.SubmitJob
  | QueryJob.QueryJob
  | HttpClient.HttpClient
  | FileSystem.FileSystem
  | Path.Path
> = JobWorkflow.toLayer(run)

/**
 * Registers {@link JobWorkflow} on the `WorkflowEngine` in context, with the default
 * signer, limiter, retries and polling; what remains is the transport, who signs, the
 * journal, and where files are written.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<
  never,
  never,
  | WorkflowEngine.WorkflowEngine
  | Journal.Journal
  | HttpClient.HttpClient
  | Credentials.Credentials
  | FileSystem.FileSystem
  | Path.Path
> = layerNoDeps.pipe(
  Layer.provide(Layer.merge(SubmitJob.layerNoDeps, QueryJob.layerNoDeps)),
  Layer.provide(JobApi.layer),
  Layer.provide(TencentCloud.layer)
)
