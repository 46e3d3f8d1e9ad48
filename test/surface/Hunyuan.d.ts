import type * as Duration from "effect/Duration"
import type * as Operation from "../cloud/Operation.ts"
export declare const product: Operation.Product
export declare const regions: ReadonlyArray<string>
export declare const idLifetime: Duration.Input
export declare const linkLifetime: Duration.Input
