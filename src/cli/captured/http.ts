/** Raw HTTP, as proxies and `tcpdump` show it: the request, and behind it perhaps the answer. */
import * as Result from "effect/Result"
import { answerIn } from "./answer.ts"
import type { Captured, Read } from "./captured.ts"
import { readBody, readHead, requestLine, requestOf } from "./message.ts"

const isStart = (line: string) => requestLine.test(line) || /^:(?:method|authority|path):/.test(line)

export const isRaw = (text: string): boolean => text.split("\n").some(isStart)

/** Reads the first request in a text. `how` says how to capture it whole. */
export const read = (text: string, how = "Capture the request with its body."): Read<Captured> =>
  Result.gen(function* () {
    const lines = text.split("\n")
    const rest = lines.slice(Math.max(0, lines.findIndex(isStart)))
    const { head, size } = yield* readHead(rest)
    const behind = rest.slice(size)
    const start = behind.findIndex((line) => /^HTTP\/[\d.]+ \d{3}\b/.test(line))
    const end = start === -1 ? behind.length : start
    // An empty line ends the head.
    const captured = behind
      .slice(0, end)
      .join("\n")
      .replace(/^\r?\n/, "")
    const body = yield* readBody(head, captured, how)
    return { request: yield* requestOf(head, body), answer: answerIn(behind.slice(end).join("\n")) }
  })
