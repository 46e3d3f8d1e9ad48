/** The tools of the workbench: what is looked up, and what signs with the key of the program. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Credentials from "../../cloud/Credentials.ts"
import * as Endpoint from "../../cloud/Endpoint.ts"
import * as Hunyuan from "../../job/Hunyuan.ts"
import { Kinds } from "../../job/Kinds.ts"
import { Refused } from "../../workbench/Api.ts"
import { Tools } from "../../workbench/Tools.ts"
import { codes } from "../../workbench/tools/codes.ts"
import { kindOf } from "../../workbench/tools/kinds.ts"
import { samples } from "../../workbench/tools/samples.ts"
import { compare, sign } from "./signatures.ts"

export const layer: Layer.Layer<Tools, never, Credentials.Credentials> = Layer.effect(
  Tools,
  Effect.gen(function* () {
    const credentials = yield* Credentials.Credentials
    const endpoint = yield* Endpoint.Endpoint
    const kinds = yield* Kinds
    const { host = Hunyuan.product.host, protocol, region } = endpoint
    const key = Effect.mapError(
      credentials.get,
      ({ message }) => new Refused({ code: "Client.NoCredentials", message })
    )
    return {
      kinds: kinds.map(kindOf),
      codes,
      sign: (request) => Effect.flatMap(key, (credential) => sign(request, endpoint, credential)),
      compare: (text) => Effect.flatMap(key, (credential) => compare(text, credential)),
      code: (kind, request) => samples(kind, request, { endpoint: `${protocol}://${host}`, region })
    }
  })
)
