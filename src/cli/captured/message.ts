/**
 * An HTTP request as text: its head, its body, and the request that both make.
 *
 * **Gotchas**
 *
 * - What was copied from a terminal or an editor has line ends that were not sent. Where `Content-Length` says how long
 *   the body is, the body with exactly so many bytes is looked for. Else the line ends behind it are cut off.
 * - HTTP/2 has no request line and no `Host`: both come from `:method`, `:path` and `:authority`.
 */
import * as Result from "effect/Result"
import type * as Tc3 from "../../cloud/Tc3.ts"
import { type Read, refuse } from "./captured.ts"

/** The head of a request. */
export interface Head {
  readonly method: string
  /** What the request line names: a path with its query, or a whole URL. */
  readonly target: string
  /** In the order and the case in which they were sent. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
}

/** The line that a request begins with. */
export const requestLine = /(?:^|[ \t])(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\S+) HTTP\/[\d.]+[ \t\r]*$/

const headerLine = /^(:?[\w!#$%&'*+.^`|~-]+):(.*)$/

/** The last value of a header. */
export const valueOf = (headers: Head["headers"], name: string): string | undefined =>
  headers.findLast(([each]) => each.toLowerCase() === name)?.[1]

/** Reads lines up to the first that is no header. Tells how many there were, too. */
export const readHead = (lines: ReadonlyArray<string>): Read<{ readonly head: Head; readonly size: number }> => {
  const [, method, target] = requestLine.exec(lines[0] ?? "") ?? []
  const first = method === undefined ? 0 : 1
  const headers: Array<readonly [string, string]> = []
  for (const line of lines.slice(first)) {
    const [, name, value = ""] = headerLine.exec(line.trimEnd()) ?? []
    if (name === undefined) break
    headers.push([name, value.trim()])
  }
  const head = {
    method: method ?? valueOf(headers, ":method"),
    target: target ?? valueOf(headers, ":path"),
    headers: headers.filter(([name]) => !name.startsWith(":") || name === ":authority")
  }
  if (head.method === undefined || head.target === undefined) {
    return refuse("The method or the path of the request is missing. Capture the request from its first line on.")
  }
  return Result.succeed({ head: { ...head, method: head.method, target: head.target }, size: first + headers.length })
}

const sizeOf = (text: string) => new TextEncoder().encode(text).length

const withoutLineEnds = (text: string) => text.replace(/[\r\n]+$/, "")

/** The body within what was captured behind the head. `how` says how to capture it where it is missing. */
export const readBody = (head: Head, captured: string, how: string): Read<string> => {
  const body = withoutLineEnds(captured)
  const length = valueOf(head.headers, "content-length")
  if (length === undefined || !/^\d+$/.test(length)) {
    return body === "" && head.method === "POST"
      ? refuse(`The body of the request is missing, and the signature covers it. ${how}`)
      : Result.succeed(body)
  }
  const size = Number(length)
  const lf = captured.replaceAll("\r\n", "\n")
  const texts = [captured, lf, lf.replaceAll("\n", "\r\n")]
  const whole = texts
    .flatMap((text) => [withoutLineEnds(text), text, text.replace(/\r?\n$/, "")])
    .find((text) => sizeOf(text) === size)
  if (whole !== undefined) return Result.succeed(whole)
  const found = sizeOf(body)
  if (found === 0) return refuse(`The body of the request is missing, and the signature covers it. ${how}`)
  return found < size
    ? refuse(`The body was cut: Content-Length says ${size} bytes, and ${found} were captured. ${how}`)
    : refuse(`The body is not as it was sent: Content-Length says ${size} bytes, and ${found} were captured. ${how}`)
}

/** The request of a head and its body. */
export const requestOf = (head: Head, body: string): Read<Tc3.Request> => {
  const [, hostOfUrl, path = "", query] =
    /^(?:https?:\/\/(?:[^@/?#]*@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?/i.exec(head.target) ?? []
  const host = valueOf(head.headers, "host") ?? valueOf(head.headers, ":authority") ?? hostOfUrl
  if (host === undefined || host === "") {
    return refuse("The host is missing. Capture all headers: Host, or over HTTP/2 :authority.")
  }
  return Result.succeed({
    method: head.method,
    host,
    path: path === "" ? "/" : path,
    query: query ?? "",
    headers: Object.fromEntries(head.headers.filter(([name]) => name !== ":authority")),
    payload: body
  })
}
