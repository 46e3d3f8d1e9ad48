/** The same call in other forms: curl, this program, an Effect program, and the vendor's SDKs. */
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import * as JobKind from "../../job/JobKind.ts"
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
  // The other two name the kind, and know those of the library only.
  const isKnown = Option.isSome(JobKind.fromName(kind.name))
  const forms = isKnown ? [curl, program, effect, sdkNode, sdkPython] : [curl, sdkNode, sdkPython]
  return forms.map((form) => form(call))
}
