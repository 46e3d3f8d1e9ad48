/**
 * What a key pair looks like: mistakes that can be seen without asking anybody. Its source has refused what no key has in
 * it, such as quotes and spaces.
 *
 * **Gotchas**
 *
 * - This is the one module of the program that looks into a secret key. It tells which rule applies and nothing of the key.
 * - No page of the vendor promises the form of an id, so what is only unusual is a warning.
 */
import * as Redacted from "effect/Redacted"
import type * as Credentials from "../../cloud/Credentials.ts"
import { isId } from "../identity.ts"

interface Pair {
  readonly id: string
  readonly key: string
  readonly isTemporary: boolean
}

interface Rule {
  readonly verdict: "problem" | "warning"
  readonly applies: (pair: Pair) => boolean
  readonly found: string
  readonly advice: string
}

const either =
  (pattern: RegExp) =>
  ({ id, key }: Pair) =>
    pattern.test(id) || pattern.test(key)

const copyAgain = "Copy SecretId and SecretKey again from the console's page of API keys."

/** The first that applies counts. */
export const rules: ReadonlyArray<Rule> = [
  {
    verdict: "problem",
    applies: either(/^sk-/),
    found: "This is a TokenHub key (sk-…), which signs nothing",
    advice: "Use an API key of Tencent Cloud: a SecretId AKID… and its SecretKey."
  },
  {
    verdict: "problem",
    applies: ({ id, key }) => id === key,
    found: "SecretId and SecretKey are the same text",
    advice: copyAgain
  },
  {
    verdict: "problem",
    applies: ({ id, key }) => isId(key) && !isId(id),
    found: "SecretId and SecretKey are swapped",
    advice: "Put the one that begins with AKID into TENCENTCLOUD_SECRET_ID."
  },
  {
    verdict: "problem",
    applies: ({ key }) => isId(key),
    found: "The SecretKey is a SecretId",
    advice: copyAgain
  },
  {
    verdict: "problem",
    applies: either(/[$<>{}()*…]|^x+$/i),
    found: "The key is a placeholder, or code that nobody ran",
    advice: copyAgain
  },
  {
    verdict: "problem",
    applies: ({ id }) => /^[0-9]+$/.test(id),
    found: "The SecretId is a number, such as an AppId or an account's id",
    advice: "Use the SecretId of an API key, which begins with AKID."
  },
  {
    verdict: "warning",
    applies: ({ id }) => !isId(id),
    found: "The SecretId does not look like one (AKID…)",
    advice: copyAgain
  },
  {
    verdict: "warning",
    applies: ({ id, isTemporary }) => !isTemporary && id.length > 36,
    found: "The SecretId is as long as that of a temporary key, and there is no token",
    advice: "If it is a temporary key, set its token in TENCENTCLOUD_SESSION_TOKEN."
  },
  {
    verdict: "warning",
    applies: ({ id, key, isTemporary }) => !isTemporary && (id.length !== 36 || key.length !== 32),
    found: "The SecretId has other than 36 characters, or the SecretKey other than 32",
    advice: copyAgain
  }
]

/** The mistake that is seen in a credential. */
export const mistakeIn = ({ secretId, secretKey, token }: Credentials.Credential): Rule | undefined => {
  const pair: Pair = { id: secretId, key: Redacted.value(secretKey), isTemporary: token !== undefined }
  return rules.find(({ applies }) => applies(pair))
}
