/** One request, written in each of the forms in which people have it in hand. */
import { quoted } from "../../../src/internal/shell.ts"

export interface Sent {
  readonly host: string
  /** Without `Host`. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: string
}

interface Answered {
  readonly date?: string
  readonly body?: string
}

const lines = (sent: Sent) => sent.headers.map(([name, value]) => `${name}: ${value}`)

const size = ({ body }: Sent) => new TextEncoder().encode(body).length

const answerLines = ({ date, body }: Answered) => [
  "HTTP/1.1 200 OK",
  ...(date === undefined ? [] : [`Date: ${date}`]),
  "",
  body ?? ""
]

const head = (sent: Sent) => ["POST / HTTP/1.1", `Host: ${sent.host}`, ...lines(sent)]

const curl = (sent: Sent) =>
  [
    `curl https://${sent.host}/`,
    ...lines(sent).map((line) => `-H ${quoted(line)}`),
    `--data-raw ${quoted(sent.body)}`
  ].join(" \\\n  ")

const raw = (sent: Sent, answered?: Answered) =>
  [...head(sent), "", sent.body, ...(answered === undefined ? [] : ["", ...answerLines(answered)])].join("\n")

const trace = (sent: Sent, answered: Answered = {}) => {
  const block = (title: string, text: string) => {
    const rows: Array<string> = []
    for (let start = 0; start < text.length || rows.length === 0;) {
      const end = text.indexOf("\r\n", start)
      const folded = end === -1 || end - start > 64 ? Math.min(text.length, start + 64) : end
      rows.push(`${start.toString(16).padStart(4, "0")}: ${text.slice(start, folded)}`)
      start = folded === end ? end + 2 : folded
    }
    return [`${title}, ${text.length} bytes (0x${text.length.toString(16)})`, ...rows]
  }
  return [
    "== Info: Connected",
    ...block("=> Send header", [...head(sent), `Content-Length: ${size(sent)}`, "", ""].join("\r\n")),
    ...block("=> Send data", sent.body),
    ...block("<= Recv header", "HTTP/1.1 200 OK\r\n"),
    ...block("<= Recv header", `Date: ${answered.date ?? ""}\r\n`),
    ...block("<= Recv data", answered.body ?? "")
  ].join("\n")
}

/** Each form by the name that the program has for it. */
export const forms: Readonly<Record<string, (sent: Sent, answered?: Answered) => string>> = {
  "a curl command": curl,
  "the output of curl -v": (sent, answered = {}) =>
    [
      curl(sent).replace("curl", "curl -v"),
      "* Connected",
      ...head(sent).map((line) => `> ${line}`),
      `> Content-Length: ${size(sent)}`,
      "> ",
      ...answerLines(answered).map((line, index, all) => (index < all.length - 1 ? `< ${line}` : line))
    ].join("\n"),
  "the output of curl --trace-ascii": trace,
  "raw HTTP": raw,
  "a HAR": (sent, { date, body } = {}) =>
    JSON.stringify({
      log: {
        entries: [
          {
            request: {
              method: "POST",
              url: `https://${sent.host}/`,
              headers: [["Host", sent.host] as const, ...sent.headers].map(([name, value]) => ({ name, value })),
              postData: { text: sent.body }
            },
            response: {
              status: 200,
              headers: date === undefined ? [] : [{ name: "date", value: date }],
              content: { text: body ?? "" }
            }
          }
        ]
      }
    }),
  "a debug log of the Go SDK": (sent, answered) =>
    [
      `2026/05/28 20:26:40 client.go:441: [DEBUG] http request: ${head(sent).join("\r\n")}\r\n\r\n${sent.body}`,
      ...(answered === undefined
        ? []
        : [`2026/05/28 20:26:41 client.go:456: [DEBUG] http response: ${answerLines(answered).join("\r\n")}`])
    ].join("\n"),
  "a debug log of the Python SDK": (sent, answered) =>
    [
      `SendRequest: Host: ${sent.host}`,
      "Method: POST",
      "Uri: /",
      `Header: ${[`Host: ${sent.host}`, ...lines(sent)].join("\n")}`,
      "",
      `Data: ${sent.body}`,
      "",
      ...(answered === undefined
        ? []
        : [
            "GetResponse: Status: 200 ",
            `Header: {'Date': '${answered.date ?? ""}', 'Content-Type': 'application/json'} `,
            `Data: ${answered.body ?? ""}`
          ])
    ].join("\n")
}
