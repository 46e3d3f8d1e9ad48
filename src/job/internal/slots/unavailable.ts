import * as Schema from "effect/Schema"

/**
 * Says that there is no task slot because the shared store does not answer. `cause` is the last failure: a `RedisError`,
 * or a timeout. Nothing was submitted, so it is safe to try again.
 *
 * @category errors
 * @since 0.1.0
 */
export class TaskSlotsUnavailable extends Schema.TaggedError<TaskSlotsUnavailable>(
  "effect-hunyuan3d/TaskSlots/TaskSlotsUnavailable"
)("TaskSlotsUnavailable", {
  /** The name of the kind. */
  kind: Schema.String,
  cause: Schema.Defect()
}) {
  readonly isRetryable = true

  override get message(): string {
    return `The shared store of task slots gave none for ${this.kind}; check that the store can be reached, then try again.`
  }
}
