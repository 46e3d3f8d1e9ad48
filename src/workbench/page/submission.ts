/**
 * Submitting from the page: a request has one operation until it is answered, whatever panel is open meanwhile, and after
 * the page was loaded again. So trying once more never buys a second job.
 */
import { useState } from "preact/hooks"
import { type Client, Failure, type Request } from "./client.ts"

const storageKey = "hunyuan3d-operation"

/** Names a request without holding its images. */
const digestOf = async (kind: string, request: Request) => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify([kind, request])))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("")
}

/** The operation of a request: the one that had no clear answer, or a new one. */
const operationOf = async (kind: string, request: Request) => {
  const digest = await digestOf(kind, request)
  const [keptDigest, kept = ""] = (sessionStorage.getItem(storageKey) ?? "").split(" ")
  if (keptDigest === digest) return kept
  const operation = `page-${crypto.randomUUID()}`
  sessionStorage.setItem(storageKey, `${digest} ${operation}`)
  return operation
}

export interface Submission {
  readonly isSending: boolean
  readonly error: Failure | undefined
  /** The operation that was submitted last. */
  readonly operation: string | undefined
  /** `confirmed` are the credits that the person agreed to. */
  readonly submit: (kind: string, request: Request, confirmed: number) => Promise<void>
}

export const useSubmission = (client: Client): Submission => {
  const [isSending, setSending] = useState(false)
  const [error, setError] = useState<Failure>()
  const [operation, setOperation] = useState<string>()
  const submit = async (kind: string, request: Request, confirmedCredits: number) => {
    setSending(true)
    setError(undefined)
    try {
      const job = await client.submit({
        kind,
        request,
        operation: await operationOf(kind, request),
        confirmedCredits
      })
      sessionStorage.removeItem(storageKey)
      setOperation(job.operation)
    } catch (failure) {
      setError(failure instanceof Failure ? failure : new Failure("Bug", String(failure)))
    }
    setSending(false)
  }
  return { isSending, error, operation, submit }
}
