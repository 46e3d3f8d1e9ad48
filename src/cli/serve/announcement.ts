/** What `serve` says when it listens: its URL on standard output, and on standard error how to use it. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Credentials from "../../cloud/Credentials.ts"
import { word } from "../../internal/shell.ts"
import { credential as defaults } from "../../testing/Fake.ts"
import { invocation } from "../invocation.ts"
import { printLine, printNote } from "../print.ts"
import { line, unlessJson } from "../report.ts"
import { dim } from "../style.ts"

interface Announced {
  readonly url: string
  readonly credential: Credentials.Credential
  readonly seed: number
}

/** A key that somebody gave may be one that is used elsewhere. */
const isDefault = ({ secretKey }: Credentials.Credential) =>
  Redacted.value(secretKey) === Redacted.value(defaults.secretKey)

/** Where this program reaches the server: it sends no key over plain HTTP but to loopback. */
const onLoopback = (url: string): string | undefined => {
  const { hostname, port } = new URL(url)
  if (hostname === "0.0.0.0") return `http://127.0.0.1:${port}`
  if (hostname === "[::]") return `http://[::1]:${port}`
  return /^(localhost|\[::1\]|127\..*)$/.test(hostname) ? url : undefined
}

const notes = Effect.fnUntraced(function* ({ credential, seed, url }: Announced) {
  const program = yield* invocation
  const { secretId } = credential
  const own = isDefault(credential) ? Redacted.value(defaults.secretKey) : undefined
  yield* printNote(
    own === undefined
      ? `Accepted key: SecretId ${secretId}, with the secret key that you gave`
      : `Accepted key: SecretId ${secretId}, SecretKey ${own}`
  )
  const reached = onLoopback(url)
  if (reached !== undefined) {
    yield* printNote(own === undefined ? "Try it, with that secret key:" : "Try it in another terminal:")
    yield* printNote(
      `  TENCENTCLOUD_SECRET_ID=${word(secretId)} TENCENTCLOUD_SECRET_KEY=${own === undefined ? "…" : word(own)} ` +
        `${program} generate "a brass teapot" --endpoint ${word(reached)} --out models`
    )
  }
  const steered = `${reached ?? url}/__fake`
  yield* printNote(`Steer it: ${steered}/health, with all calls in ${steered}/openapi.json`)
  yield* printNote(dim(`Chance repeats with --seed ${seed}.`))
})

export const announce = (announced: Announced) =>
  Effect.andThen(line({ url: announced.url }, printLine(announced.url)), unlessJson(notes(announced)))
