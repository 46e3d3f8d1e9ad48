/** The debug log of the Go SDK: a dump of the request, and one of the answer, each after a line of the logger. */
import { type Captured, type Read, refuse } from "./captured.ts"
import * as http from "./http.ts"

const request = "[DEBUG] http request: "

export const isGoSdk = (text: string): boolean => text.includes(request)

/** Where the next line of the logger begins. */
const nextLine = /^.{0,200}\[DEBUG\] http response: |^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /m

/** Reads the last request of the log. */
export const read = (text: string): Read<Captured> => {
  const behind = text.slice(text.lastIndexOf(request) + request.length)
  const end = behind.search(nextLine)
  const dump = end === -1 ? behind : behind.slice(0, end)
  if (!http.isRaw(dump)) return refuse("The log of the Go SDK ends before the request. Copy all lines of the request.")
  // The answer is dumped with its status line, behind the prefix of the logger.
  const answer = end === -1 ? "" : behind.slice(end).replace(/^.*?(HTTP\/[\d.]+ \d{3})/, "$1")
  return http.read(`${dump.replace(/\n$/, "")}\n${answer}`, "Copy the log up to the answer.")
}
