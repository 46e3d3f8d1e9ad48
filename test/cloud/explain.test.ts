import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import * as Tc3 from "../../src/cloud/Tc3.ts"
import fixture from "../fixtures/signature-mistakes.json" with { type: "json" }

const { base, vectors } = fixture
const credential = { secretId: base.secretId, secretKey: Redacted.make(base.secretKey) }

interface Sent extends Partial<typeof base> {
  readonly contentSha256?: string
}

/** The request of a vector, as it is captured. */
const requestOf = (changed: Sent, signature: string): Tc3.Request => {
  const sent = { ...base, ...changed }
  return {
    method: sent.method,
    host: sent.host,
    query: sent.query,
    headers: {
      "Content-Type": sent.contentType,
      "X-TC-Action": sent.action,
      "X-TC-Version": sent.version,
      "X-TC-Region": sent.region,
      "X-TC-Timestamp": sent.timestamp,
      "X-TC-Content-SHA256": changed.contentSha256,
      Authorization:
        `TC3-HMAC-SHA256 Credential=${sent.secretId}/${sent.date}/${sent.service}/tc3_request, ` +
        `SignedHeaders=${sent.signedHeaders}, Signature=${signature}`
    },
    payload: sent.payload
  }
}

describe("the vectors", () => {
  for (const { cause, mistake, name, request, signature } of vectors) {
    it(`${cause === 0 ? "" : `cause ${cause}, `}${mistake}: is ${name ?? "right"}`, () => {
      const explanation = Tc3.explain(requestOf(request, signature), credential)
      if (explanation._tag !== "Mistaken") return assert.isTrue(explanation._tag === "Right" && name === null)
      assert.deepStrictEqual(
        explanation.causes.map(({ mistakes }) => mistakes.map(({ name }) => name)),
        [[name]]
      )
    })
  }
})
