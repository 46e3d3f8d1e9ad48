/** The call in a shell: signed by openssl, sent by curl. */
import type { Sample } from "../../Api.ts"
import { shellJson } from "../literals.ts"
import { type CallOf, filesNeeded, keysNeeded, urlOf } from "./where.ts"

export const curl = (call: CallOf): Sample => {
  const { kind, where } = call
  const { query, submit } = kind
  const url = urlOf(where)
  return {
    name: "curl",
    title: "curl",
    language: "sh",
    needs: `Needs bash, curl, openssl, and ${keysNeeded}.${filesNeeded(call)} While it runs, other users of the machine can see the key among openssl's arguments.`,
    code: `#!/usr/bin/env bash
set -euo pipefail

host='${url.host}'
service='${submit.product.service}'

sha256() { printf '%s' "$1" | openssl dgst -sha256 -hex | sed 's/^.* //'; }
hmac() { printf '%s' "$2" | openssl dgst -sha256 -mac HMAC -macopt "$1" -hex | sed 's/^.* //'; }

# call ACTION BODY
call() {
  local timestamp date canonical scope text key signature
  read -r timestamp date <<< "$(date -u '+%s %Y-%m-%d')"
  canonical="POST
/

content-type:application/json
host:$host

content-type;host
$(sha256 "$2")"
  scope="$date/$service/tc3_request"
  text="TC3-HMAC-SHA256
$timestamp
$scope
$(sha256 "$canonical")"
  key=$(hmac "key:TC3$TENCENTCLOUD_SECRET_KEY" "$date")
  key=$(hmac "hexkey:$key" "$service")
  key=$(hmac "hexkey:$key" tc3_request)
  signature=$(hmac "hexkey:$key" "$text")
  printf '%s' "$2" | curl -sS '${url.protocol}//'"$host"'/' --data-binary @- \\
    -H "Authorization: TC3-HMAC-SHA256 Credential=$TENCENTCLOUD_SECRET_ID/$scope, SignedHeaders=content-type;host, Signature=$signature" \\
    -H 'Content-Type: application/json' \\
    -H "Host: $host" \\
    -H "X-TC-Action: $1" \\
    -H "X-TC-Region: ${where.region}" \\
    -H "X-TC-Timestamp: $timestamp" \\
    -H 'X-TC-Version: ${submit.product.version}'
  echo
}

body=${shellJson(call)}

# This submits the job, which is paid for, and prints its JobId.
call ${submit.action} "$body"

# To look how far it is:
# call ${query.action} '{"JobId":"the JobId"}'
`
  }
}
