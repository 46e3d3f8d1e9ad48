/** A mistake as data: what the sender said of it, and which parts of the signature it changes. */
import type { Captured } from "./captured.ts"
import type { Mistake, MistakeName } from "./explanation.ts"
import type { Parts } from "./parts.ts"

/** The step of a signature in which a mistake is made. Two mistakes of one step exclude each other. */
export type Step =
  | "method"
  | "path"
  | "query"
  | "content-type"
  | "host"
  | "action"
  | "header values"
  | "signed headers"
  | "spelling of names"
  | "layout"
  | "payload"
  | "spelling of hashes"
  | "timestamp"
  | "date"
  | "service"
  | "terminator"
  | "key"
  | "start of the key"
  | "key steps"

/** A mistake that may have been made: it is one when the parts that it changes make the signature that was sent. */
export interface Mutation extends Mistake {
  readonly step: Step
  readonly change: Partial<Parts>
}

/**
 * A mistake that the request itself shows. It counts when the signature was explained by others, and none of those was
 * made in the same step.
 */
export interface Shown extends Mistake {
  readonly step?: Step
}

/** A request, and how it should have been signed. */
export interface Case {
  readonly captured: Captured
  readonly right: Parts
}

export const mutations = <A>(
  values: Iterable<A>,
  mutation: (value: A) => {
    readonly step: Step
    readonly name: MistakeName
    readonly message: string
    readonly change: Partial<Parts>
  }
): ReadonlyArray<Mutation> => Array.from(new Set(values), mutation)

const maxShown = 120

/** A value in a message. */
export const show = (text: string): string =>
  `\`${text.length > maxShown ? `${text.slice(0, maxShown)}…` : text}\`${text === "" ? " (empty)" : ""}`
