/**
 * What curl prints: with `-v` the head of the request after `> `, with `--trace-ascii -` all of it.
 *
 * **Gotchas**
 *
 * - `-v` prints no body. It comes from the command above the output.
 * - `--trace-ascii` folds long lines. The offsets before them tell where a line end was sent. A byte beyond ASCII is
 *   printed as a dot.
 */
import * as Result from "effect/Result"
import { answerIn } from "./answer.ts"
import type { Captured, Read } from "./captured.ts"
import { bodyOf, commandIn } from "./curlCommand.ts"
import * as http from "./http.ts"
import { readBody, readHead, requestLine, requestOf, valueOf } from "./message.ts"

const isStart = (line: string) => line.startsWith("> ") && requestLine.test(line)

/** Whether a text is the output of `-v`. */
export const isVerbose = (text: string): boolean => text.split("\n").some(isStart)

/** Reads the last request of the output, with the command above it. */
export const readVerbose = (text: string): Read<Captured> =>
  Result.gen(function* () {
    const lines = text.split("\n")
    const start = lines.findLastIndex(isStart)
    const rest = lines.slice(start)
    const end = rest.findIndex((line) => !line.startsWith(">"))
    const sent = rest.slice(0, end === -1 ? rest.length : end).map((line) => line.replace(/^> ?/, ""))
    const { head } = yield* readHead(sent)
    const command = commandIn(lines.slice(0, start).join("\n"))
    const data = command === undefined ? undefined : yield* bodyOf(command)
    const how =
      data === undefined
        ? "curl -v does not print it: put the curl command above its output, or give the output of curl --trace-ascii -."
        : "Put the command above the output that it made."
    const isCounted = valueOf(head.headers, "content-length") !== undefined
    const body = data === undefined || isCounted ? yield* readBody(head, data ?? "", how) : data
    return { request: yield* requestOf(head, body), answer: answerIn(rest.slice(sent.length).join("\n")) }
  })

const block = /^(=> Send|<= Recv) (?:header|data|SSL data), (\d+) bytes.*\r?\n((?:[0-9a-f]{4,}: .*(?:\r?\n|$))*)/gm

/** Whether a text is the output of `--trace-ascii`. */
export const isTrace = (text: string): boolean => text.search(block) !== -1

/** The lines of a block, with a line end where the next one begins later than this one ends. */
const unfolded = (lines: string, size: number): string => {
  const parts = Array.from(lines.matchAll(/^([0-9a-f]{4,}): (.*?)\r?$/gm), ([, offset = "", text = ""]) => ({
    offset: Number.parseInt(offset, 16),
    text
  }))
  return parts
    .map(({ offset, text }, index) => {
      const gap = (parts[index + 1]?.offset ?? size) - offset - text.length
      return text + (gap === 0 ? "" : gap === 1 ? "\n" : "\r\n")
    })
    .join("")
}

export const readTrace = (text: string): Read<Captured> => {
  const way = { "=> Send": "", "<= Recv": "" }
  for (const [, direction, size, lines = ""] of text.matchAll(block)) {
    if (direction === "=> Send" || direction === "<= Recv") way[direction] += unfolded(lines, Number(size))
  }
  return http.read(`${way["=> Send"]}\n${way["<= Recv"]}`, "Give the whole output of curl --trace-ascii -.")
}
