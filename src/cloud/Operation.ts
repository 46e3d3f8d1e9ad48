/**
 * One API action as data: its product, what it takes and answers, and whether it
 * may be repeated. Nothing here sends anything; `TencentCloud.call` does.
 *
 * @since 0.1.0
 */
import type * as Schema from "effect/Schema"

/**
 * A schema of what is sent or answered, with no services of its own.
 *
 * @category models
 * @since 0.1.0
 */
export type Codec = Schema.ConstraintCodec<unknown, unknown>

/**
 * The product of Tencent Cloud that an action belongs to.
 *
 * @category models
 * @since 0.1.0
 */
export interface Product {
  /** Where its actions are called, such as `cvm.tencentcloudapi.com`. */
  readonly host: string
  /** Its name in the credential scope, such as `cvm`. */
  readonly service: string
  /** The version of its API, a date. */
  readonly version: string
}

/**
 * What one API action takes, answers and allows.
 *
 * @category models
 * @since 0.1.0
 */
export interface Operation<out Input extends Codec, out Output extends Codec> {
  /** The action, such as `QueryHunyuanTo3DProJob`. */
  readonly action: string
  readonly product: Product
  /** The JSON object that is sent. */
  readonly input: Input
  /** The object under `Response` that comes back, `RequestId` included. */
  readonly output: Output
  /** Whether carrying it out twice does no harm. It decides what is retried. */
  readonly safeToRepeat: boolean
  /**
   * The field of the answer by which what was bought is found again, such as `JobId`. It is read from an answer that is
   * malformed too, as far as that can be done, and may be a number.
   */
  readonly receipt?: string | undefined
}

/**
 * Makes an {@link Operation}.
 *
 * **Example** (An action of another product)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Schema } from "effect"
 * import * as Operation from "effect-hunyuan3d/Operation"
 *
 * const DescribeZones = Operation.make({
 *   action: "DescribeZones",
 *   product: { host: "cvm.tencentcloudapi.com", service: "cvm", version: "2017-03-12" },
 *   input: Schema.Struct({}),
 *   output: Schema.Struct({ TotalCount: Schema.Int }),
 *   safeToRepeat: true
 * })
 * assert.equal(DescribeZones.product.service, "cvm")
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <Input extends Codec, Output extends Codec>(
  operation: Operation<Input, Output>
): Operation<Input, Output> => operation
