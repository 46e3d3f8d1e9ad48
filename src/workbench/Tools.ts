/** The tools of the page: signatures, the same call in other forms, and what is looked up. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type * as JobKind from "../job/JobKind.ts"
import type { Compared, ErrorCode, Kind, Refused, Sample, Signed, SignRequest } from "./Api.ts"

export class Tools extends Context.Service<
  Tools,
  {
    readonly kinds: ReadonlyArray<Kind>
    readonly codes: ReadonlyArray<ErrorCode>
    /** Signs with the key of the workbench, and sends nothing. */
    readonly sign: (request: SignRequest) => Effect.Effect<Signed, Refused>
    /** Finds the mistake in a request that somebody captured. */
    readonly compare: (text: string) => Effect.Effect<Compared, Refused>
    readonly code: (kind: JobKind.Any, request: Readonly<Record<string, Schema.Json>>) => ReadonlyArray<Sample>
  }
>()("effect-hunyuan3d/workbench/Tools") {}
