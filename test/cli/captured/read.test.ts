import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import { read } from "../../../src/cli/captured/read.ts"
import { quoted } from "../../../src/internal/shell.ts"
import { jsonText } from "../../support/arbitraries.ts"
import { property } from "../../support/property.ts"
import { forms, type Sent } from "./forms.ts"

const authorization =
  "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2026-05-28/hunyuan/tc3_request, " +
  "SignedHeaders=content-type;host, Signature=229cb76a98266936912e1968cce1b7c8f0cadf83627713be5e395b40455d13c9"

const sent: Sent = {
  host: "hunyuan.intl.tencentcloudapi.com",
  headers: [
    ["Content-Type", "application/json; charset=utf-8"],
    ["X-TC-Action", "QueryHunyuanTo3DProJob"],
    ["X-TC-Timestamp", "1780000000"],
    ["Authorization", authorization]
  ],
  body: `{"JobId":"1000000000000000000"}`
}

/** What counts of a request, with names in lower case: HTTP/2 and each SDK spell them differently. */
const requestIn = (text: string) => {
  const { form, request } = Result.getOrThrow(read(text))
  const headers = Object.entries(request.headers)
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    .filter((line) => !/^(?:host|content-length):/.test(line))
  return { form, ...request, headers: headers.toSorted() }
}

const whole = (form: string, { body, headers, host }: Sent) => ({
  form,
  method: "POST",
  host,
  path: "/",
  query: "",
  headers: headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`).toSorted(),
  payload: body
})

const refusalOf = (text: string) => Result.getOrThrow(Result.flip(read(text)))

const raw = (changed: Partial<Sent> = {}) => forms["raw HTTP"]?.({ ...sent, ...changed }) ?? ""
const command = forms["a curl command"]?.(sent) ?? ""

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/)
const value = fc.stringMatching(/^[\x21-\x7e]([\x20-\x7e]{0,80}[\x21-\x7e])?$/)
const requests = fc.record({
  host: fc.stringMatching(/^[a-z][a-z0-9-]{0,10}\.[a-z]{2,8}(:\d{2,4})?$/),
  headers: fc
    .uniqueArray(fc.tuple(token, value), { selector: ([name]) => name.toLowerCase(), maxLength: 5 })
    .map((headers) =>
      headers.filter(([name]) => !/^(host|content-|authorization|x-tc-|date|transfer-encoding)/i.test(name))
    )
    .map((headers): Sent["headers"] => [...sent.headers, ...headers]),
  body: jsonText({ noUnicodeString: false }).map((text) => (text === "" ? "{}" : text))
})

describe("a captured request", () => {
  for (const [form, write] of Object.entries(forms)) {
    property(
      `is the one that was sent, in ${form}`,
      [requests],
      (request) => {
        // A trace has dots for what is not ASCII.
        if (form.includes("trace") && /[^\x20-\x7e]/.test(request.body)) return
        assert.deepStrictEqual(requestIn(write(request)), whole(form, request))
      },
      { runs: 400 }
    )

    it(`is read with its answer, in ${form}`, () => {
      const body =
        '{"Response":{"Error":{"Code":"AuthFailure.SignatureExpire","Message":"Signature \\"expired\\" {"},"RequestId":"e7c1"}}'
      const { answer } = Result.getOrThrow(read(write(sent, { date: "Thu, 28 May 2026 20:26:41 GMT", body })))
      if (form === "a curl command") return assert.isUndefined(answer)
      assert.deepStrictEqual(answer, {
        date: "Thu, 28 May 2026 20:26:41 GMT",
        code: "AuthFailure.SignatureExpire",
        message: 'Signature "expired" {',
        requestId: "e7c1"
      })
    })
  }

  for (const [form, write] of Object.entries(forms)) {
    // The others are no lines of a log.
    if (/HAR|command|-v/.test(form)) continue
    it(`is the same behind what a logger puts before each line, with CRLF and a byte order mark, in ${form}`, () => {
      const logged = write(sent)
        .split(/\r?\n/)
        .map((line, index) => `app-1  | [2026-05-28T20:26:4${index % 10}Z] ${line}`.trimEnd())
        .join("\r\n")
      assert.deepStrictEqual(requestIn(`\ufeff${logged}`), whole(form, sent))
    })
  }

  it("may have the names of HTTP/2", () => {
    const text = [
      ":method: POST",
      `:authority: ${sent.host}`,
      ":path: /",
      ":scheme: https",
      ...sent.headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`),
      "",
      sent.body
    ].join("\n")
    assert.deepStrictEqual(requestIn(text), whole("raw HTTP", sent))
  })

  it("may be in a terminal with notes of curl over HTTP/2", () => {
    const text = [
      `$ ${command.replace("curl", "curl -v")}`,
      ...sent.headers.map(([name, value]) => `* [HTTP/2] [1] [${name.toLowerCase()}: ${value}]`),
      "> POST / HTTP/2",
      `> Host: ${sent.host}`,
      ...sent.headers.map(([name, value]) => `> ${name.toLowerCase()}: ${value}`),
      ">",
      "} [31 bytes data]",
      "< HTTP/2 200 "
    ].join("\r\n")
    assert.deepStrictEqual(requestIn(text), whole("the output of curl -v", sent))
  })

  it("is the last of a log, and the first of raw HTTP", () => {
    const other = { ...sent, body: "{}" }
    for (const [form, write] of Object.entries(forms).filter(([name]) => /SDK/.test(name))) {
      assert.deepStrictEqual(requestIn(`${write(other, {})}\n${write(sent)}`), whole(form, sent))
    }
  })

  it("is the one that was refused, of a HAR with several", () => {
    const entries = [sent, { ...sent, body: "{}" }].map((each, index) => {
      const body = index === 0 ? '{"Response":{"Error":{"Code":"C","Message":""},"RequestId":""}}' : ""
      return JSON.parse(forms["a HAR"]?.(each, { body }) ?? "").log.entries[0]
    })
    const page = { request: { method: "GET", url: "https://host.example/", headers: [] } }
    assert.strictEqual(requestIn(JSON.stringify({ log: { entries: [page, ...entries, page] } })).payload, sent.body)
  })

  it("keeps a line end that Content-Length counts, and no other", () => {
    const text = (size: number) => raw({ headers: [...sent.headers, ["Content-Length", String(size)]] })
    assert.strictEqual(requestIn(`${text(31)}\n`).payload, sent.body)
    assert.strictEqual(requestIn(`${text(32)}\n\n`).payload, `${sent.body}\n`)
    assert.strictEqual(requestIn(`${raw()}\r\n\n`).payload, sent.body)
  })

  it("has the query of its path, and the host of its URL where there is no header for it", () => {
    const text = `GET https://host.example/a?b=c%20d HTTP/1.1\nAuthorization: ${authorization}\n\n`
    const { host, method, path, payload, query } = requestIn(text)
    assert.deepStrictEqual([method, host, path, query, payload], ["GET", "host.example", "/a", "b=c%20d", ""])
  })
})

describe("a curl command", () => {
  const start = `curl https://${sent.host}/ -H 'Authorization: ${authorization}'`

  it.each<readonly [options: string, payload: string]>([
    [`-d '{"a": 1}'`, `{"a": 1}`],
    [`-d'{"a":1}'`, `{"a":1}`],
    [`-sSvd {}`, "{}"],
    [`--data-binary $'{"a":"it\\'s \\u732b \\xe7\\x8c\\xab \\n"}' -b cookie --compressed`, `{"a":"it's 猫 猫 \n"}`],
    [`-d "{\\"a\\": \\"\\$1 5\\\\\\\\\\"}"`, `{"a": "$1 5\\\\"}`],
    [`-d a=1 --data-ascii b=2`, "a=1&b=2"],
    [`--json '[1,' --json 2]`, "[1,2]"],
    ["-o /dev/null --data-raw @a -w '%{http_code}' # -d no", "@a"],
    ["--unheard -d {}", "{}"],
    ["--data {} | jq . ; echo -d no", "{}"],
    ["-d {} \\\n  -X POST\necho -d no", "{}"]
  ])("with %s sends this body", (options, payload) => {
    assert.strictEqual(requestIn(`${start} ${options}`).payload, payload)
  })

  it("has curl's own content type, unless it says another", () => {
    const typeOf = (options: string) =>
      requestIn(`${start} ${options}`).headers.find((line) => line.startsWith("content-type"))
    assert.strictEqual(typeOf("-d {}"), "content-type: application/x-www-form-urlencoded")
    assert.strictEqual(typeOf("--json {}"), "content-type: application/json")
    assert.strictEqual(typeOf("--json {} -H 'content-type: text/plain'"), "content-type: text/plain")
  })

  it("may have its options before its URL, and a scheme or none", () => {
    for (const url of ["https://host.example/a?b=c", "host.example/a?b=c", "--url host.example/a?b=c"]) {
      const { host, path, query } = requestIn(`curl -A agent -d {} -H 'Authorization: ${authorization}' ${url}`)
      assert.deepStrictEqual([host, path, query], ["host.example", "/a", "b=c"])
    }
  })

  it("may leave the token to the shell, but nothing that is signed", () => {
    assert.strictEqual(requestIn(`${start} -d {} -H "X-TC-Token: $TOKEN"`).payload, "{}")
    for (const part of ['-d "{\\"JobId\\":\\"$ID\\"}"', '-H "X-TC-Timestamp: $(date +%s)" -d {}', "-d `cat a`"]) {
      assert.match(refusalOf(`${start} ${part}`).message, /the shell fills in.*set -x/)
    }
  })

  property(
    "has each word as it was before it was quoted",
    [fc.array(fc.string({ unit: "binary" }).filter((text) => !/[\0\ud800-\udfff]/u.test(text)))],
    (values) => {
      const text = `${start} ${values.map((each) => `--data-raw ${quoted(each)}`).join(" \\\n ")}`
      assert.strictEqual(requestIn(`${text} -d end`).payload, [...values, "end"].join("&"))
    }
  )
})

describe("what cannot be read", () => {
  it.each<readonly [text: string, sentence: RegExp]>([
    ["", /nothing to compare/],
    ["hello", /no request.*curl command.*HAR/],
    ["\ufffd\ufffdc\0u\0r\0l\0", /UTF-8.*PowerShell/],
    ["{", /JSON/],
    [`{"Response":{"RequestId":"a"}}`, /no HAR/],
    [`{"log":{"entries":[]}}`, /0 requests/],
    [raw({ body: "" }), /body.*missing/],
    [raw({ headers: [] }), /raw HTTP.*Authorization.*missing/],
    [raw({ headers: [["Authorization", "<redacted>"]] }), /took out.*Authorization.*all of its headers/],
    [raw({ headers: [["Authorization", "***"]] }), /took out/],
    [raw({ headers: [...sent.headers, ["Content-Length", "40"]] }), /body was cut.*40 bytes.*31/],
    [raw({ headers: [...sent.headers, ["Content-Length", "30"]] }), /not as it was sent.*30 bytes.*31/],
    [raw().replace(/Host: .*\n/, ""), /host is missing/],
    [forms["a HAR"]?.({ ...sent, headers: sent.headers.slice(0, 3) }) ?? "", /DevTools.*sensitive/],
    [forms["the output of curl -v"]?.(sent).replace(/^curl[^*]*/, "") ?? "", /curl -v does not print it.*command/],
    [
      (forms["the output of curl -v"]?.(sent) ?? "").replace("Content-Length: 31", "Content-Length: 33"),
      /body was cut.*33 bytes.*command above/
    ],
    [`${command} -d @body.json`, /file/],
    [`${command} -F a=b`, /--form.*--trace-ascii/],
    [`${command} 'a`, /quote.*not closed/],
    [`curl ^"https://a.example/^" ^\n -d {}`, /Windows.*bash/],
    ["curl -d {}", /no URL/],
    [`curl https://a.example/ -X POST -H 'Authorization: ${authorization}'`, /body.*missing.*--data-raw/],
    ["2026/05/28 20:26:40 client.go:441: [DEBUG] http request: ", /Go SDK/],
    ["SendRequest: Host: a", /Python SDK/],
    [`:authority: a\nauthorization: ${authorization}\n\n{}`, /method or the path/]
  ])("%j is refused with a sentence", (text, sentence) => {
    const { code, exitCode, message } = refusalOf(text)
    assert.match(message, sentence)
    assert.deepStrictEqual([code, exitCode], ["Unreadable", 1])
    assert.notInclude(message, authorization)
  })

  const pieces = fc.constantFrom(
    "curl ",
    "-d ",
    "--data-raw ",
    "-H ",
    "'",
    '"',
    "\\",
    "\n",
    "\r\n",
    "$'",
    "$(",
    "`",
    "> ",
    "POST / HTTP/1.1",
    "GET ",
    "Host: a",
    `Authorization: ${authorization}`,
    "Content-Length: 3",
    ":authority: a",
    "{",
    "}",
    '{"log":{"entries":[',
    '{"Response":',
    "SendRequest: ",
    "Method: POST",
    "Header: ",
    "Data: ",
    "[DEBUG] http request: ",
    "=> Send header, 9 bytes",
    "0000: ",
    "HTTP/1.1 200 OK",
    "\0",
    "\ufeff",
    "\u2028",
    "\ud800",
    "猫"
  )
  property(
    "is a failure with a sentence, and never a bug",
    [fc.array(fc.oneof(pieces, fc.string({ unit: "binary" })), { maxLength: 30 })],
    (garbage) => {
      for (const text of [
        garbage.join(""),
        raw().slice(0, 200) + garbage.join(""),
        command.slice(0, 120) + garbage.join("")
      ]) {
        const result = read(text)
        if (Result.isFailure(result)) assert.match(result.failure.message, /\.$/)
      }
    },
    { runs: 10_000 }
  )

  it("takes no time that grows faster than what is given", () => {
    const size = 50_000
    for (const text of [
      "'",
      '"a\\',
      "$'\\",
      "{",
      '{"Response":"\\"',
      " ",
      "\n",
      "0",
      "> ",
      "a: ",
      "\\\n",
      "-d @",
      "Authorization: "
    ]) {
      read(text.repeat(size / text.length))
      read(`${raw()}${text.repeat(size / text.length)}`)
      read(`${command} ${text.repeat(size / text.length)}`)
    }
  })

  it("reads a body of ten megabytes", () => {
    const body = `{"ImageBase64":"${"A".repeat(10_000_000)}"}`
    assert.strictEqual(requestIn(forms["a curl command"]?.({ ...sent, body }) ?? "").payload, body)
    assert.strictEqual(requestIn(raw({ body })).payload, body)
  })
})
