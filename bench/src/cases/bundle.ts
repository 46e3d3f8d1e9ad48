/**
 * The smallest bundle with one use of `QueryJob`, minified and compressed, from the published package. The first peer is
 * a request by Effect whose answer a schema decodes; as with ours, its transport is not in the bundle. The second is a
 * request by the SDK.
 */
import { gzipSync } from "node:zlib"
import * as Effect from "effect/Effect"
import { build } from "esbuild"
import { distribution, root } from "../child.ts"
import { compare, type Form } from "../measure.ts"

const size = (contents: string, platform: "neutral" | "node" = "neutral") =>
  Effect.promise(async () => {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: root },
      bundle: true,
      minify: true,
      write: false,
      format: "esm",
      platform,
      mainFields: ["module", "main"],
      logLevel: "error"
    })
    return { size: gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length / 1000 }
  })

const ours = `
  import * as Effect from "effect/Effect"
  import * as QueryJob from "./dist/job/QueryJob.js"

  export const wait = (id) => QueryJob.QueryJob.use((jobs) => jobs.wait(id)).pipe(Effect.provide(QueryJob.layer))
`

const effects = `
  import * as Effect from "effect/Effect"
  import * as HttpBody from "effect/http/HttpBody"
  import * as HttpClient from "effect/http/HttpClient"
  import * as HttpClientResponse from "effect/http/HttpClientResponse"
  import * as Schema from "effect/Schema"

  const decode = HttpClientResponse.schemaBodyJson(Schema.Struct({ Status: Schema.String }))
  export const query = (url, input) =>
    HttpClient.post(url, { body: HttpBody.jsonUnsafe(input) }).pipe(Effect.flatMap(decode))
`

const sdk = `
  import { CommonClient } from "tencentcloud-sdk-nodejs-common/tencentcloud/common/common_client.js"

  const client = new CommonClient("", "2023-09-01", { credential: { secretId: "id", secretKey: "key" } })
  client.request("QueryHunyuanTo3DProJob", { JobId: "1" }).then(console.log)
`

export const bundle = {
  name: "bundle",
  run: Effect.fnUntraced(function* (form: Form) {
    yield* distribution
    return yield* compare(form, {
      title: "smallest bundle",
      rounds: { short: 1, full: 1 },
      ours: size(ours),
      peers: { "Effect + Schema": size(effects), SDK: size(sdk, "node") },
      metrics: { size: { name: "gzip", unit: "kB", goal: 65 } }
    })
  })
}
