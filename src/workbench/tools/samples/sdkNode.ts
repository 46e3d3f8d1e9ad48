/** The call by the vendor's SDK for Node. */
import type { Sample } from "../../Api.ts"
import { script } from "../literals.ts"
import { type CallOf, filesNeeded, keysNeeded, urlOf } from "./where.ts"

export const sdkNode = (call: CallOf): Sample => {
  const { files, kind, where } = call
  const { host, protocol } = urlOf(where)
  const { query, submit } = kind
  return {
    name: "sdk-node",
    title: "vendor's SDK, Node",
    language: "js",
    needs: `Needs tencentcloud-sdk-nodejs-common and ${keysNeeded}.${filesNeeded(call)} Save it as a file that ends in .mjs.`,
    code: `${files.length === 0 ? "" : `import { readFileSync } from "node:fs"\n`}import { setTimeout } from "node:timers/promises"
import { CommonClient } from "tencentcloud-sdk-nodejs-common/tencentcloud/common/common_client.js"

const client = new CommonClient("", "${submit.product.version}", {
  credential: {
    secretId: process.env.TENCENTCLOUD_SECRET_ID,
    secretKey: process.env.TENCENTCLOUD_SECRET_KEY,
    token: process.env.TENCENTCLOUD_SESSION_TOKEN
  },
  region: "${where.region}",
  profile: { httpProfile: { endpoint: "${host}", protocol: "${protocol}//" } }
})

// This submits the job, which is paid for.
const { JobId } = await client.request("${submit.action}", ${script(call, (name) => `readFileSync("${name}", "base64")`)})

let job
do {
  await setTimeout(5000)
  job = await client.request("${query.action}", { JobId })
  console.log(JobId, job.Status)
} while (job.Status === "WAIT" || job.Status === "RUN")
console.log(job.Status === "DONE" ? job.ResultFile3Ds : job.ErrorMessage)
`
  }
}
