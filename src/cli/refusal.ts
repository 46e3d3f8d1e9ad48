/**
 * Why a request is not acceptable, in the words of the command line: a rule about the
 * field `FaceCount` names `--face-count`. Fields that a `--request` file gave keep
 * their names.
 */
import type * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import type * as JobKind from "../job/JobKind.ts"
import { type Failure, usage } from "./failure.ts"
import { flagOf } from "./fields.ts"

const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    if (issue._tag === "MissingKey") return "This kind of job needs it. Add it."
    if (issue._tag === "UnexpectedKey") {
      return "This kind of job does not have it. Leave it out, correct its name, or choose another --kind."
    }
    return SchemaIssue.defaultLeafHook(issue)
  }
})

/** `fromFile` are the fields that a `--request` file gave, and no flag. */
export const refused = (kind: JobKind.Any, error: Schema.SchemaError, fromFile: ReadonlyArray<string>): Failure => {
  const named = (word: string) => {
    const field = word === "ViewType" ? "MultiViewImages" : word
    return fromFile.includes(field) ? word : flagOf(field)
  }
  const place = (path: ReadonlyArray<string>) => {
    const flag = named(path[0] ?? "")
    if (!flag.startsWith("--")) return path.join(".")
    return flag === "--file" && path[1] === "Type" ? "--file-type" : flag
  }
  const reasons = format(error.issue).issues.map(({ message, path = [] }) => {
    const text = message
      .replaceAll(/\b[A-Z]\w+\b/g, named)
      // One flag for two fields, as --image is.
      .replaceAll(/(--[\w-]+)(?:, \1(?![\w-]))+/g, "$1")
    const keys = path.map((key) => String(typeof key === "object" ? key.key : key))
    const where = keys.length === 0 ? "" : place(keys)
    return text.includes(where) ? text : `${where}: ${text}`
  })
  return usage(`The request for --kind ${kind.name.toLowerCase()} is not acceptable. ${reasons.join(" ")}`)
}
