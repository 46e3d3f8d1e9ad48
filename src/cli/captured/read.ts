/**
 * Reads a call that somebody captured, in whatever form: recognises the form, and has it read.
 *
 * A form is one file, and one line here. The first one that fits counts, so the order is from what is surely
 * recognised to what is not.
 */
import * as Result from "effect/Result"
import { type Captured, headerOf, type Read, refuse } from "./captured.ts"
import * as curlCommand from "./curlCommand.ts"
import * as curlOutput from "./curlOutput.ts"
import * as goSdk from "./goSdk.ts"
import * as har from "./har.ts"
import * as http from "./http.ts"
import { withoutLinePrefix } from "./linePrefix.ts"
import * as pythonSdk from "./pythonSdk.ts"

interface Form {
  readonly name: string
  readonly is: (text: string) => boolean
  readonly read: (text: string) => Read
  /** How to capture the Authorization header where it is missing. */
  readonly keep?: string
}

const forms: ReadonlyArray<Form> = [
  {
    name: "a HAR",
    is: har.isHar,
    read: har.read,
    keep: 'Browsers leave it out. In Chrome\'s DevTools turn on "Allow to generate HAR (with sensitive data)" under Settings, Preferences, Network, and export it with sensitive data.'
  },
  { name: "a debug log of the Python SDK", is: pythonSdk.isPythonSdk, read: pythonSdk.read },
  { name: "a debug log of the Go SDK", is: goSdk.isGoSdk, read: goSdk.read },
  { name: "the output of curl -v", is: curlOutput.isVerbose, read: curlOutput.readVerbose },
  { name: "the output of curl --trace-ascii", is: curlOutput.isTrace, read: curlOutput.readTrace },
  { name: "raw HTTP", is: http.isRaw, read: (text) => http.read(text) },
  {
    name: "a curl command",
    is: (text) => curlCommand.commandIn(text) !== undefined,
    read: (text) => curlCommand.read(curlCommand.commandIn(text) ?? text)
  }
]

const whatToGive =
  "Give a curl command, the output of curl -v under its command, raw HTTP, a HAR, or the debug log of the Go or the Python SDK."

// Without the header, but with a parameter: the method of signing that came before.
const isOldMethod = ({ request: { payload, query } }: Captured) =>
  /(?:^|[&?"])Signature["=]/.test(`${query ?? ""}&${typeof payload === "string" ? payload : ""}`)

// As tools hide what is secret: `***`, `<redacted>`, `[FILTERED]`.
const takenOut = /^\W*(?:redacted|removed|hidden|masked|filtered|secret)?\W*$/i

/** The call, and the name of the form in which it was given. */
export const read = (given: string): Read<Captured & { readonly form: string }> =>
  Result.gen(function* () {
    const text = withoutLinePrefix(given.replace(/^\ufeff/, ""))
    if (text.trim() === "") return yield* refuse(`There is nothing to compare. ${whatToGive}`)
    const form = forms.find(({ is }) => is(text))
    if (form === undefined && text.includes("\0")) {
      return yield* refuse("This is no text in UTF-8. Save it as UTF-8: PowerShell writes UTF-16 unless it is told to.")
    }
    if (form === undefined) return yield* refuse(`There is no request in this text. ${whatToGive}`)
    const captured = yield* form.read(text)
    const keep = form.keep ?? "Capture the request with all of its headers."
    const authorization = headerOf(captured.request, "authorization") ?? ""
    if (authorization === "" && !isOldMethod(captured)) {
      return yield* refuse(`This is ${form.name}, and the header Authorization is missing from its request. ${keep}`)
    }
    if (authorization !== "" && takenOut.test(authorization)) {
      return yield* refuse(`This is ${form.name}, and something took out what the header Authorization said. ${keep}`)
    }
    return { ...captured, form: form.name }
  })
