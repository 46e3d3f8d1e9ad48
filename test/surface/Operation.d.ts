import type * as Schema from "effect/Schema"
export type Codec = Schema.ConstraintCodec<unknown, unknown>
export interface Product {
  readonly host: string
  readonly service: string
  readonly version: string
}
export interface Operation<out Input extends Codec, out Output extends Codec> {
  readonly action: string
  readonly product: Product
  readonly input: Input
  readonly output: Output
  readonly safeToRepeat: boolean
}
export declare const make: <Input extends Codec, Output extends Codec>(
  operation: Operation<Input, Output>
) => Operation<Input, Output>
