/** The tools of the workbench, with the key and the endpoint that it has. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Credentials from "../../cloud/Credentials.ts"
import * as Endpoint from "../../cloud/Endpoint.ts"
import * as JobKind from "../../job/JobKind.ts"
import { Refused } from "../../workbench/Api.ts"
import { Setup } from "../../workbench/Setup.ts"
import { Tools } from "../../workbench/Tools.ts"
import { codes } from "../../workbench/tools/codes.ts"
import { kindOf } from "../../workbench/tools/kinds.ts"
import { samples } from "../../workbench/tools/samples.ts"
import { compare, sign } from "./signatures.ts"

export const layer = Layer.effect(
  Tools,
  Effect.gen(function* () {
    const { about, word } = yield* Setup
    const { get } = yield* Credentials.Credentials
    const endpoint = yield* Endpoint.Endpoint
    const key = Effect.mapError(get, (error) => {
      const { code, message } = word(error)
      return new Refused({ code, message })
    })
    return Tools.of({
      kinds: JobKind.all.map(kindOf),
      codes,
      sign: (request) => Effect.flatMap(key, (credential) => sign(request, endpoint, credential)),
      compare: (text) => Effect.flatMap(key, (credential) => compare(text, credential)),
      code: (kind, request) => samples(kind, request, about)
    })
  })
)
