/** The debug log of the Python SDK: a field a line, the headers under `Header:`, the body under `Data:`. */
import * as Result from "effect/Result"
import { answerIn } from "./answer.ts"
import { type Captured, type Read, refuse } from "./captured.ts"
import { readBody, readHead, requestOf } from "./message.ts"

const start = "SendRequest: "

const fields = /^Host:[^\n]*\r?\nMethod: *(\w+)\r?\nUri: *(\S+)\r?\nHeader: ?([^]*?)\r?\nData: ?([^]*)/

export const isPythonSdk = (text: string): boolean => text.includes(start)

/** Reads the last request of the log. */
export const read = (text: string): Read<Captured> =>
  Result.gen(function* () {
    const behind = text.slice(text.lastIndexOf(start) + start.length)
    const end = behind.search(/^.{0,200}GetResponse: /m)
    const [, method, target = "/", headers = "", data = ""] =
      fields.exec(end === -1 ? behind : behind.slice(0, end)) ?? []
    if (method === undefined) {
      return yield* refuse(
        "The log of the Python SDK is not whole. Copy all lines from SendRequest to Data, with logging at the level DEBUG."
      )
    }
    const { head } = yield* readHead([`${method} ${target} HTTP/1.1`, ...headers.split("\n")])
    // The SDK writes its JSON in one line. What follows is of the next record.
    const line = /^[^\r\n]*/.exec(data)?.[0] ?? ""
    const body = yield* readBody(head, line, "Copy the line that begins with Data.")
    return {
      request: yield* requestOf(head, body),
      answer: answerIn(data.slice(line.length) + behind.slice(end === -1 ? behind.length : end))
    }
  })
