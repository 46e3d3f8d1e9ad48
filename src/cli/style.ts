/** Colours that mean something: green is done, red failed, yellow a warning, and what is dim can be passed over. */
import type * as Job from "../job/Job.ts"

const codes = { green: 32, red: 31, yellow: 33, dim: 2 }

export interface Styled {
  readonly text: string
  readonly color: keyof typeof codes
}

/** A part of a line. */
export type Part = string | Styled

export const styled = (color: Styled["color"], text: string): Styled => ({ color, text })

export const dim = (text: string): Styled => styled("dim", text)

/** The status of a job in its colour. */
export const status = ({ _tag, status }: Job.Job, width = 0): Part => {
  const text = status.padEnd(width)
  return _tag === "Done" ? styled("green", text) : _tag === "Failed" ? styled("red", text) : text
}

/** A text in a colour, which does to a terminal what it says: `text` must be printable. */
export const paint = (color: Styled["color"], text: string): string => `\u001b[${codes[color]}m${text}\u001b[0m`
