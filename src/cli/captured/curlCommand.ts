/**
 * A curl command: what it sends.
 *
 * **Gotchas**
 *
 * - What a shell or a file puts into the command is not known here: such a command is refused.
 * - Data of a `-d` in the command is sent as it stands there. Only from a file curl leaves out the line ends.
 */
import * as Result from "effect/Result"
import { type Captured, type Read, refuse } from "./captured.ts"
import { type Head, readBody, requestOf } from "./message.ts"
import { split, type Word } from "./shellWords.ts"

const commandLine = /^[ \t]*(?:[$#%][ \t]+)?(curl(?:\.exe)?[ \t][^]*)/im

/** The first line that begins with curl, and all behind it. */
export const commandIn = (text: string): string | undefined => commandLine.exec(text)?.[1]

const longNames: Readonly<Record<string, string>> = {
  d: "data",
  F: "form",
  G: "get",
  H: "header",
  I: "head",
  K: "config",
  T: "upload-file",
  X: "request"
}

/** The options that take a value. Of others the next word is no value, but the URL. */
const shortWithValue = "AbcCdDeEFHKmoPQrtTuUwxXyYz"
const longWithValue = new Set(
  (
    "cacert capath cert cert-type ciphers config connect-timeout connect-to cookie cookie-jar data data-ascii " +
    "data-binary data-raw data-urlencode dns-servers dump-header form form-string header interface json key key-type " +
    "limit-rate max-redirs max-time noproxy output output-dir pass pinnedpubkey proxy proxy-header proxy-user range " +
    "rate referer request request-target resolve retry retry-delay retry-max-time socks5 socks5-hostname stderr " +
    "tls-max tlsuser trace trace-ascii unix-socket upload-file url url-query user user-agent variable write-out"
  ).split(" ")
)

interface Option {
  /** Its long name; `url` for a word that is no option. */
  readonly name: string
  readonly value: Word
}

const nothing: Word = { text: "", expands: false }

/** The options of `-sSXPOST`: each letter up to one that takes the rest, or the next word, as its value. */
const shortOptions = ({ expands, text }: Word, next: Word | undefined) => {
  const letters = Array.from(text.slice(1))
  const index = letters.findIndex((letter) => shortWithValue.includes(letter))
  const flags = (index === -1 ? letters : letters.slice(0, index)).map((letter) => ({
    name: longNames[letter] ?? letter,
    value: nothing
  }))
  const letter = letters[index]
  if (letter === undefined) return { options: flags, takesNext: false }
  const rest = letters.slice(index + 1).join("")
  const value = rest === "" ? (next ?? nothing) : { text: rest, expands }
  return { options: [...flags, { name: longNames[letter] ?? letter, value }], takesNext: rest === "" }
}

const optionsOf = (words: ReadonlyArray<Word>): ReadonlyArray<Option> => {
  const options: Array<Option> = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? nothing
    const next = words[index + 1]
    if (word.text.startsWith("--")) {
      const name = word.text.slice(2)
      const takesNext = longWithValue.has(name)
      options.push({ name, value: takesNext ? (next ?? nothing) : nothing })
      if (takesNext) index++
    } else if (word.text.startsWith("-") && word.text !== "-") {
      const { options: short, takesNext } = shortOptions(word, next)
      options.push(...short)
      if (takesNext) index++
    } else options.push({ name: "url", value: word })
  }
  return options
}

/** What cannot be read from the command, with what to give in its place. */
const unknown: Readonly<Record<string, string>> = {
  config: "reads options from a file",
  "data-urlencode": "encodes the body",
  form: "sends a form",
  get: "puts the data into the URL",
  head: "sends a HEAD request",
  "upload-file": "sends a file",
  "url-query": "puts data into the URL"
}

const isData = ({ name }: Option) => name === "json" || /^data(?:$|-)/.test(name)
const readsFile = ({ name, value }: Option) =>
  isData({ name, value }) && name !== "data-raw" && value.text.startsWith("@")
const isToken = ({ value }: Option) => /^x-tc-token:/i.test(value.text)
const isSent = (option: Option) => isData(option) || ["header", "request", "url"].includes(option.name)

const check = (options: ReadonlyArray<Option>): Read<ReadonlyArray<Option>> => {
  const strange = options.find(({ name }) => Object.hasOwn(unknown, name))
  if (strange !== undefined) {
    return refuse(
      `--${strange.name} of the curl command ${unknown[strange.name]}, which is not read here. ` +
        "Run it with --trace-ascii - and give what that prints."
    )
  }
  const headers = options.filter(({ name }) => name === "header")
  if (options.some(readsFile) || headers.some(({ value }) => value.text.startsWith("@"))) {
    return refuse(
      "The curl command sends a file (@…), which is not in the text. " +
        "Write the content of the file in its place: --data-raw '…' with the line ends removed for -d, as it is for --data-binary."
    )
  }
  const filledIn = options.find((option) => option.value.expands && isSent(option) && !isToken(option))
  if (filledIn !== undefined) {
    return refuse(
      `The curl command has a variable or a command in --${filledIn.name}, which the shell fills in. ` +
        "Run it after set -x, and give the command that the shell prints."
    )
  }
  return Result.succeed(options)
}

/** The body that options give, or undefined if the command sends none. */
const dataOf = (options: ReadonlyArray<Option>): string | undefined => {
  const data = options.filter(isData)
  const isJson = data.some(({ name }) => name === "json")
  return data.length === 0 ? undefined : data.map(({ value }) => value.text).join(isJson ? "" : "&")
}

const optionsIn = (command: string): Read<ReadonlyArray<Option>> => {
  if (/^curl(?:\.exe)?[ \t](?:\^"|[^'"\n]* \^\r?\n|.*\^" \^\r?\n)/i.test(command)) {
    return refuse(
      'This is a command for cmd on Windows. Choose "Copy as cURL (bash)", or give it in the form for bash.'
    )
  }
  const { open, words } = split(command)
  if (open !== undefined) return refuse(`A quote (${open}) of the curl command is not closed. Copy the whole command.`)
  return check(optionsOf(words.slice(1)))
}

/** The body that a command sends. */
export const bodyOf = (command: string): Read<string | undefined> => Result.map(optionsIn(command), dataOf)

const headersOf = (options: ReadonlyArray<Option>): Head["headers"] => {
  const given = options
    .filter(({ name }) => name === "header")
    .map(({ value }) => {
      const [, name = "", text = ""] = /^([^:;]*)[:;]([^]*)$/.exec(value.text) ?? []
      return [name.trim(), text.trim()] as const
    })
  const isJson = options.some(({ name }) => name === "json")
  const type = isJson ? "application/json" : "application/x-www-form-urlencoded"
  const hasType = given.some(([name]) => name.toLowerCase() === "content-type")
  return hasType || !options.some(isData) ? given : [...given, ["Content-Type", type]]
}

/** Reads a command that begins with curl. */
export const read = (command: string): Read<Captured> =>
  Result.gen(function* () {
    const options = yield* optionsIn(command)
    const urls = options.filter(({ name }) => name === "url").map(({ value }) => value.text)
    const url = urls.find((each) => /^https?:\/\//i.test(each)) ?? urls[0]
    if (url === undefined) return yield* refuse("The curl command has no URL. Copy the whole command.")
    const data = dataOf(options)
    const head: Head = {
      method: options.findLast(({ name }) => name === "request")?.value.text ?? (data === undefined ? "GET" : "POST"),
      target: /^https?:\/\//i.test(url) ? url : `http://${url}`,
      headers: headersOf(options)
    }
    const how = "Copy the whole command, with its -d or --data-raw."
    return { request: yield* requestOf(head, data ?? (yield* readBody(head, "", how))) }
  })
