import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import * as JobKind from "./JobKind.ts"
export declare const Kinds: Context.Reference<readonly JobKind.Any[]>
export declare const layer: (kinds: ReadonlyArray<JobKind.Any>) => Layer.Layer<never>
