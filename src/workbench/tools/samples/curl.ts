/** The call in a shell: signed by openssl, sent by curl. */
import type { Sample } from "../../Api.ts"
import { shellJson } from "../literals.ts"
import { type CallOf, filesNeeded, keysNeeded, urlOf } from "./where.ts"

/** HMAC by hand: as an argument of openssl, or of any other program, all users of the machine could see the key. */
const functions = `sha256() { openssl dgst -sha256 -r | cut -c 1-64; }
hex() { od -An -v -tx1 | tr -d ' \\n'; }
bytes() { printf "$(printf '%s' "$1" | sed 's/../\\\\x&/g')"; }

# hmac KEY_IN_HEX < TEXT
hmac() {
  local key=$1 inner='' outer='' i
  if [ \${#key} -gt 128 ]; then key=$(bytes "$key" | sha256); fi
  while [ \${#key} -lt 128 ]; do key+=00; done
  for ((i = 0; i < 128; i += 2)); do
    printf -v inner '%s%02x' "$inner" $((16#\${key:i:2} ^ 0x36))
    printf -v outer '%s%02x' "$outer" $((16#\${key:i:2} ^ 0x5c))
  done
  bytes "$outer$({ bytes "$inner"; cat; } | sha256)" | sha256
}`

const callFunction = ({ kind: { submit }, where }: CallOf) => {
  const { host, protocol } = urlOf(where)
  return `# call ACTION BODY
call() {
  local timestamp date canonical scope key signature
  read -r timestamp date <<< "$(date -u '+%s %Y-%m-%d')"
  canonical="POST
/

content-type:application/json
host:${host}

content-type;host
$(printf '%s' "$2" | sha256)"
  scope="$date/${submit.product.service}/tc3_request"
  key=$(printf 'TC3%s' "$TENCENTCLOUD_SECRET_KEY" | hex)
  key=$(printf '%s' "$date" | hmac "$key")
  key=$(printf '%s' '${submit.product.service}' | hmac "$key")
  key=$(printf '%s' tc3_request | hmac "$key")
  signature=$(printf 'TC3-HMAC-SHA256\\n%s\\n%s\\n%s' "$timestamp" "$scope" "$(printf '%s' "$canonical" | sha256)" | hmac "$key")
  printf '%s' "$2" | curl -sS '${protocol}//${host}/' --data-binary @- \\
    -H "Authorization: TC3-HMAC-SHA256 Credential=$TENCENTCLOUD_SECRET_ID/$scope, SignedHeaders=content-type;host, Signature=$signature" \\
    -H 'Content-Type: application/json' \\
    -H "X-TC-Action: $1" \\
    -H 'X-TC-Region: ${where.region}' \\
    -H "X-TC-Timestamp: $timestamp" \\
    -H 'X-TC-Version: ${submit.product.version}' \\
    -H @<(printf 'X-TC-Token:%s' "\${TENCENTCLOUD_SESSION_TOKEN:-}")
  echo
}`
}

export const curl = (call: CallOf): Sample => {
  const { query, submit } = call.kind
  return {
    name: "curl",
    title: "curl",
    language: "sh",
    needs: `Needs bash, curl, openssl, and ${keysNeeded}.${filesNeeded(call)}`,
    code: `#!/usr/bin/env bash
# In parentheses, so that an error does not end the shell that this is pasted into.
(
set -euo pipefail

${functions}

${callFunction(call)}

body=${shellJson(call)}

# This submits the job, which is paid for, and prints its JobId.
call ${submit.action} "$body"

# To look how far it is:
# call ${query.action} '{"JobId":"the JobId"}'
)
`
  }
}
