/** The lines of a batch, from a file or from standard input. All of them are checked before anything is sent. */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { why } from "../../internal/transport.ts"
import { type Failure, usage } from "../failure.ts"
import { isStandardInput } from "../input.ts"
import { printFailure } from "../print.ts"
import { add } from "../report.ts"
import { type Checked, checkLine, type Defaults, type Problem, type Text } from "./line.ts"
import { columnOf } from "./place.ts"

// The lines are kept until they are submitted.
const maxSize = ByteSize.megabytes(256)

// How many lines are checked at a time: images are read and hashed.
const concurrency = 4

const bytesOf = Effect.fnUntraced(function* (file: string) {
  if (isStandardInput(file)) {
    const { stdin } = yield* Stdio.Stdio
    return Stream.mapError(stdin, (cause) => usage(`${file}: Standard input cannot be read. (${cause.message})`))
  }
  const fs = yield* FileSystem.FileSystem
  return Stream.mapError(fs.stream(file), ({ reason }) =>
    usage(
      reason._tag === "NotFound"
        ? `${file}: There is no such file. Correct its name.`
        : `${file}: The file cannot be read: ${why(reason)}. Correct this.`
    )
  )
})

/** The lines that are not empty. */
const linesOf = (file: string, bytes: Stream.Stream<Uint8Array, Failure>): Stream.Stream<Text, Failure> =>
  bytes.pipe(
    Stream.limitBytes(maxSize, () =>
      Stream.fail(
        usage(
          `${file}: It is larger than ${ByteSize.format(maxSize, { unit: "MB" })}. Give images as files, or split it.`
        )
      )
    ),
    Stream.decodeText,
    Stream.splitLines,
    Stream.map((text, index) => ({ number: index + 1, text: index === 0 ? text.replace(/^\uFEFF/, "") : text })),
    Stream.filter(({ text }) => text.trim() !== "")
  )

/** Lines with the operation id of another line, and another request. */
const conflicts = (lines: ReadonlyArray<Checked>): ReadonlyArray<Problem> => {
  const firsts = new Map<string, Checked>()
  return lines.flatMap((line) => {
    const first = firsts.get(line.operation)
    if (first === undefined) firsts.set(line.operation, line)
    if (first === undefined || first.digest === line.digest) return []
    const message = `Line ${first.number} has the operation id ${line.operation} for another request. Give each its own.`
    return [{ line: line.number, column: columnOf(line.text, "operation"), message }]
  })
}

const refuse = Effect.fnUntraced(function* (file: string, problems: ReadonlyArray<Problem>, count: number) {
  yield* add({ problems })
  for (const { column, line, message } of problems) yield* printFailure(`${file}:${line}:${column}: ${message}`)
  return yield* usage(`${problems.length} of ${count} lines of ${file} cannot be used. Nothing was sent.`)
})

/** Reads and checks all lines. */
export const readLines = Effect.fnUntraced(function* (file: string, defaults: Defaults) {
  const results = yield* linesOf(file, yield* bytesOf(file)).pipe(
    Stream.mapEffect((line) => Effect.result(checkLine(line, defaults)), { concurrency }),
    Stream.runCollect
  )
  const lines = results.flatMap((result) => (Result.isSuccess(result) ? [result.success] : []))
  const problems = [
    ...results.flatMap((result) => (Result.isFailure(result) ? [result.failure] : [])),
    ...conflicts(lines)
  ]
  if (problems.length > 0) {
    return yield* refuse(
      file,
      problems.toSorted((one, other) => one.line - other.line),
      results.length
    )
  }
  if (lines.length === 0)
    return yield* usage(`${file} has no line. Give one request a line, such as {"Prompt":"a teapot"}.`)
  return lines
})

/** The directory that files in a batch are relative to. */
export const directoryOf = (file: string) =>
  Path.Path.useSync((path) => (isStandardInput(file) ? path.resolve(".") : path.dirname(path.resolve(file))))
