/**
 * One line of a batch: the fields of the API's request as JSON, as `--request` takes them, and beside them what only the
 * program knows. Those names begin with a small letter, the API's with a capital:
 *
 * - `kind`, in place of `--kind`
 * - `operation`, the operation id; by default one from the content
 * - `image` and `view`, files or links. Files are relative to the directory of the batch.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as Batch from "../../fleet/Batch.ts"
import { brokenAt } from "../../internal/json.ts"
import * as Credits from "../../job/Credits.ts"
import * as Hunyuan from "../../job/Hunyuan.ts"
import * as JobKind from "../../job/JobKind.ts"
import * as Journal from "../../job/Journal.ts"
import type { Failure } from "../failure.ts"
import { hasField } from "../fields.ts"
import { refused } from "../refusal.ts"
import { imageFields } from "../request.ts"
import { columnOf } from "./place.ts"

/** What is wrong with a line. */
export interface Problem {
  readonly line: number
  readonly column: number
  readonly message: string
}

/** A line of text, with its number. */
export interface Text {
  readonly number: number
  readonly text: string
}

/** A line that can be submitted. */
export interface Checked extends Text {
  readonly kind: JobKind.Any
  readonly operation: string
  /** From the content, whatever `operation` says: two lines with the same one are the same request. */
  readonly digest: string
  readonly estimate: Option.Option<Credits.Estimate>
}

export interface Defaults {
  /** Of `--kind`. */
  readonly kind: JobKind.Any
  /** Where relative files are. */
  readonly directory: string
}

const parseJson = (text: string): unknown => JSON.parse(text)
const decodeObject = Schema.decodeUnknownOption(Schema.Record(Schema.String, Schema.Unknown))
const isOperationId = Schema.is(Journal.OperationId)
const decodeViews = Schema.decodeUnknownOption(Schema.Record(Schema.String, Schema.NonEmptyString))
const decodeFile = Schema.decodeUnknownOption(Schema.NonEmptyString)
const paths = SchemaIssue.makeFormatterStandardSchemaV1()

/** The field that a request is refused for first. */
const fieldOf = (error: Schema.SchemaError): string | undefined => {
  const [key] = paths(error.issue).issues.find(({ path = [] }) => path.length > 0)?.path ?? []
  return key === undefined ? undefined : String(typeof key === "object" ? key.key : key)
}

const kinds = JobKind.all.map(({ name }) => name.toLowerCase()).join(", ")

/** Reads a line into its kind, its request, and the operation that it names. */
export const readLine = Effect.fnUntraced(function* ({ number, text }: Text, { directory, kind: byDefault }: Defaults) {
  const problem = (message: string, field?: string): Problem => ({
    line: number,
    column: columnOf(text, field),
    message
  })
  const value = yield* Effect.try({
    try: () => parseJson(text),
    catch: (): Problem => {
      const at = brokenAt(text)
      const message =
        at === text.length ? "This is not JSON: it ends too soon. Complete it." : "This is not JSON. Correct it."
      return { line: number, column: at + 1, message }
    }
  })
  const object = decodeObject(value)
  if (Option.isNone(object)) {
    return yield* Effect.fail(problem('This is JSON, but no object. Give one such as {"Prompt":"a teapot"}.'))
  }
  const { image, kind: named, operation, view, ...fields } = object.value
  const kind =
    named === undefined
      ? byDefault
      : JobKind.all.find(({ name }) => typeof named === "string" && name.toLowerCase() === named.toLowerCase())
  if (kind === undefined) return yield* Effect.fail(problem(`There is no such kind. Give one of ${kinds}.`, "kind"))
  if (operation !== undefined && !isOperationId(operation)) {
    const message = "An operation id is 1 to 64 letters, digits, dots, dashes and underscores. Correct it."
    return yield* Effect.fail(problem(message, "operation"))
  }
  const images = yield* Effect.mapError(readImages(kind, directory, { image, view }), ({ field, message }) =>
    problem(message, field)
  )
  const request = yield* Effect.mapError(
    Schema.decodeUnknownEffect(kind.submit.input, { onExcessProperty: "error" })({ ...fields, ...images }),
    (error) => problem(refused(kind, error, Object.keys({ ...fields, ...images })).message, fieldOf(error))
  )
  return { kind, request, operation }
})

const field =
  (name: string) =>
  <A, R>(self: Effect.Effect<A, Failure, R>) =>
    Effect.mapError(self, ({ message }) => ({ field: name, message }))

/** The fields of the API that the images of a line stand for. */
const readImages = Effect.fnUntraced(function* (
  kind: JobKind.Any,
  directory: string,
  { image, view }: { readonly image: unknown; readonly view: unknown }
) {
  const path = yield* Path.Path
  const { subject, texture, view: side } = Hunyuan.imageLimits
  const read = (typed: string, file: string, limits: Hunyuan.ImageLimits) =>
    imageFields(typed, /^https?:/i.test(file) ? file : path.resolve(directory, file), limits)
  const fields: Record<string, unknown> = {}
  if (image !== undefined) {
    const file = decodeFile(image)
    if (Option.isNone(file))
      return yield* Effect.fail({ field: "image", message: "Give the name of a file, or a link." })
    const hasImage = hasField(kind, "Image")
    const given = yield* field("image")(read(`image ${file.value}`, file.value, hasImage ? texture : subject))
    Object.assign(fields, hasImage ? { Image: given } : prefixed("Image", given))
  }
  if (view !== undefined) {
    const views = decodeViews(view)
    if (Option.isNone(views)) {
      return yield* Effect.fail({
        field: "view",
        message: 'Give files or links by their side, such as {"left":"teapot.png"}.'
      })
    }
    fields["MultiViewImages"] = yield* Effect.forEach(Object.entries(views.value), ([ViewType, file]) =>
      field("view")(read(`view ${ViewType} ${file}`, file, side)).pipe(
        Effect.map((given) => ({ ViewType: ViewType.toLowerCase(), ...prefixed("ViewImage", given) }))
      )
    )
  }
  return fields
})

const prefixed = (prefix: string, image: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(image).map(([name, value]) => [prefix + name, value]))

/** Checks a line, and keeps of its request what is small. */
export const checkLine = Effect.fnUntraced(function* (line: Text, defaults: Defaults) {
  const { kind, operation, request } = yield* readLine(line, defaults)
  const digest = yield* Effect.mapError(Batch.operationId(kind, request), ({ message }): Problem => ({
    line: line.number,
    column: 1,
    message
  }))
  const checked: Checked = {
    ...line,
    kind,
    operation: operation ?? digest,
    digest,
    estimate: Credits.estimate(kind, request)
  }
  return checked
})
