/** The call by the vendor's SDK for Python. */
import type { Sample } from "../../Api.ts"
import { python } from "../literals.ts"
import { type CallOf, filesNeeded, keysNeeded, urlOf } from "./where.ts"

export const sdkPython = (call: CallOf): Sample => {
  const { files, kind, where } = call
  const { host, protocol } = urlOf(where)
  const { query, submit } = kind
  const request = python(call, (name) => `base64.b64encode(open("${name}", "rb").read()).decode()`)
  return {
    name: "sdk-python",
    title: "vendor's SDK, Python",
    language: "py",
    needs: `Needs tencentcloud-sdk-python-common and ${keysNeeded}.${filesNeeded(call)}`,
    code: `${files.length === 0 ? "" : "import base64\n"}import os
import time

from tencentcloud.common import credential
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

cred = credential.Credential(
    os.environ["TENCENTCLOUD_SECRET_ID"],
    os.environ["TENCENTCLOUD_SECRET_KEY"],
    os.environ.get("TENCENTCLOUD_SESSION_TOKEN"),
)
profile = ClientProfile(httpProfile=HttpProfile(protocol="${protocol.slice(0, -1)}", endpoint="${host}"))
client = CommonClient("${submit.product.service}", "${submit.product.version}", cred, "${where.region}", profile=profile)

# This submits the job, which is paid for.
submitted = client.call_json("${submit.action}", ${request})
job_id = submitted["Response"]["JobId"]

while True:
    time.sleep(5)
    job = client.call_json("${query.action}", {"JobId": job_id})["Response"]
    print(job_id, job["Status"])
    if job["Status"] not in ("WAIT", "RUN"):
        break
print(job["ResultFile3Ds"] if job["Status"] == "DONE" else job["ErrorMessage"])
`
  }
}
