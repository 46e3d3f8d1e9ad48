/** What people have in hand of a call: its request as it was sent, and what was answered. */
import * as Result from "effect/Result"
import type * as Tc3 from "../../cloud/Tc3.ts"
import { type Failure, usage } from "../failure.ts"

/** What of an answer helps to find out why a request was refused. */
export interface Answer {
  /** The service's clock, as the `Date` header has it. */
  readonly date?: string | undefined
  /** The error code. Without one the service did what was wanted. */
  readonly code?: string | undefined
  readonly message?: string | undefined
  readonly requestId?: string | undefined
}

export interface Captured {
  readonly request: Tc3.Request
  readonly answer?: Answer | undefined
}

/** The request, or the sentence that says which part of it is missing, and how to capture it. */
export type Read<A = Captured> = Result.Result<A, Failure>

export const refuse = (message: string): Result.Result<never, Failure> => Result.fail(usage(message, "Unreadable"))

/** The value of a header of a request. The last one counts, as it does for a signature. */
export const headerOf = ({ headers }: Pick<Tc3.Request, "headers">, name: string): string | undefined =>
  Object.entries(headers).findLast(([each]) => each.trim().toLowerCase() === name)?.[1]
