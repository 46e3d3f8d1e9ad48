/** The same call in other forms: curl, this program, an Effect program, and the vendor's SDKs. */
import type * as Schema from "effect/Schema"
import type * as JobKind from "../../job/JobKind.ts"
import type { Sample } from "../Api.ts"
import { withFiles } from "./literals.ts"
import { curl } from "./samples/curl.ts"
import { effect } from "./samples/effect.ts"
import { program } from "./samples/program.ts"
import { sdkNode } from "./samples/sdkNode.ts"
import { sdkPython } from "./samples/sdkPython.ts"
import type { Where } from "./samples/where.ts"

export const samples = (
  kind: JobKind.Any,
  request: Readonly<Record<string, Schema.Json>>,
  where: Where
): ReadonlyArray<Sample> => {
  const call = { kind, ...withFiles(request), where }
  return [curl, program, effect, sdkNode, sdkPython].map((sample) => sample(call))
}
