/**
 * Mistakes with the key, and in the steps from the key to the signature.
 *
 * **Gotchas**
 *
 * - This file and the signer are the only places that see the plain key. A mistake says what to make of a key, and does
 *   not hold one.
 */
import type { MistakeName } from "./explanation.ts"
import { show, type Case, type Mutation, type Shown } from "./mutation.ts"

interface KeyForm {
  readonly name: MistakeName
  /** What is wrong, such as "ends with a newline". */
  readonly what: string
  /** Makes the wrong key of the right one. */
  readonly spoil: (key: string) => string
}

const keyForm = (name: MistakeName, what: string, spoil: (key: string) => string): KeyForm => ({ name, what, spoil })

const likely: ReadonlyArray<KeyForm> = [
  keyForm("KeyWhiteSpace", "ends with a newline", (key) => `${key}\n`),
  keyForm("KeyWhiteSpace", "ends with a carriage return and a newline", (key) => `${key}\r\n`),
  keyForm("KeyWhiteSpace", "ends with a space", (key) => `${key} `),
  keyForm("KeyWhiteSpace", "starts with a space", (key) => ` ${key}`),
  keyForm("KeyQuotes", "stands in double quotes", (key) => `"${key}"`)
]

const unlikely: ReadonlyArray<KeyForm> = [
  keyForm("KeyByteOrderMark", "starts with a byte order mark", (key) => `\ufeff${key}`),
  keyForm("KeyQuotes", "stands in single quotes", (key) => `'${key}'`),
  keyForm("KeyQuotes", "stands in backticks", (key) => `\`${key}\``),
  keyForm("KeyQuotes", "ends with a double quote", (key) => `${key}"`),
  keyForm("KeyWhiteSpace", "ends with a carriage return", (key) => `${key}\r`),
  keyForm("KeyWhiteSpace", "ends with a tab", (key) => `${key}\t`),
  keyForm("KeyWhiteSpace", "ends with `\\n`, as text", (key) => `${key}\\n`),
  keyForm("KeyWhiteSpace", "starts with a tab", (key) => `\t${key}`),
  keyForm("KeyWhiteSpace", "starts with a newline", (key) => `\n${key}`),
  keyForm("KeyWhiteSpace", "stands between spaces", (key) => ` ${key} `),
  keyForm("KeySuffix", "ends with a comma", (key) => `${key},`),
  keyForm("KeySuffix", "ends with a semicolon", (key) => `${key};`),
  keyForm("KeyPrefix", "starts with `TC3`, which the first key step adds", (key) => `TC3${key}`)
]

/** Regions that programs put behind a key, as `key#region#project`. */
const pastedRegions = ["ap-guangzhou", "ap-shanghai", "ap-beijing", "ap-singapore", "shanghai"]

const suffixes = (region: string | undefined): ReadonlyArray<KeyForm> =>
  Array.from(new Set([...(region === undefined ? [] : [region]), ...pastedRegions])).flatMap((region) =>
    [`#${region}#0`, `#${region}`].map((suffix) =>
      keyForm("KeySuffix", `has ${show(suffix)} pasted behind it`, (key) => `${key}${suffix}`)
    )
  )

const prefixes = (secretId: string): ReadonlyArray<KeyForm> =>
  ["#", ":", ",", " "].map((separator) =>
    keyForm("KeyPrefix", "has the SecretId pasted in front of it", (key) => `${secretId}${separator}${key}`)
  )

/** What programs put in place of a key that is not there. */
const placeholders = ["", "undefined", "null", "None", "nil", "TENCENTCLOUD_SECRET_KEY", "$TENCENTCLOUD_SECRET_KEY"]

const inPlace = (secretIds: ReadonlyArray<string>): ReadonlyArray<Mutation> => {
  const [empty, ...others] = placeholders.map((placeholder): Mutation => ({
    step: "key",
    name: "MissingKey",
    message:
      `No SecretKey was found: the request is signed with ${show(placeholder)} in its place. ` +
      "Look at the name of the variable that should hold it, and at where the program reads it.",
    change: { key: () => placeholder }
  }))
  const ids = secretIds.map((secretId): Mutation => ({
    step: "key",
    name: "IdAsKey",
    message: "The SecretId was used as the SecretKey. Use the key that belongs to the id.",
    change: { key: () => secretId }
  }))
  return [...(empty === undefined ? [] : [empty]), ...ids, ...others]
}

/** What is wrong with a key as it was given, and the key without it. */
const flaws: ReadonlyArray<{
  readonly name: MistakeName
  readonly what: string
  readonly mend: (key: string) => string
}> = [
  {
    name: "KeyByteOrderMark",
    what: "starts with a byte order mark",
    mend: (key) => key.replace(/^\ufeff/, "")
  },
  { name: "KeyWhiteSpace", what: "ends with a newline", mend: (key) => key.replace(/[\r\n]+$/, "") },
  { name: "KeyWhiteSpace", what: "has white space around it", mend: (key) => key.trim() },
  {
    name: "KeyQuotes",
    what: "stands in quotes",
    mend: (key) => key.trim().replace(/^(["'`])(.*)\1$/s, "$2")
  },
  {
    name: "KeySuffix",
    what: "has something pasted behind it (`#…`)",
    mend: (key) => key.trim().replace(/#.*$/s, "")
  }
]

/** Cuts that may only be tried: a key of a server of one's own may hold these characters. */
const cuts: typeof flaws = [
  { name: "KeySuffix", what: "has something pasted behind it", mend: (key) => key.trim().replace(/[:,;\s].*$/s, "") },
  {
    name: "KeyPrefix",
    what: "has something pasted in front of it",
    mend: (key) => key.trim().replace(/^.*[#:,;\s]/s, "")
  }
]

/** The given key has a flaw, and the request was signed without it. */
const mended = (plain: string): ReadonlyArray<Mutation> =>
  [...flaws, ...cuts]
    .filter(({ mend }) => mend(plain) !== plain && mend(plain) !== "")
    .map(({ mend, name, what }) => ({
      step: "key",
      name,
      message: `The SecretKey that was given to compare with ${what}. Without it the signature is right: remove it there.`,
      change: { key: mend }
    }))

/** What is wrong with the key itself, when the request was signed with it as it is. */
export const shownOfKey = (plain: string, secretId: string): ReadonlyArray<Shown> => {
  if (plain === "") {
    return [
      {
        step: "key",
        name: "MissingKey",
        message: "The SecretKey is empty. Look at the name of the variable that should hold it."
      }
    ]
  }
  if (plain === secretId) {
    return [{ step: "key", name: "IdAsKey", message: "The SecretId was used as the SecretKey. Use the key of the id." }]
  }
  const flaw = flaws.find(({ mend }) => mend(plain) !== plain)
  return flaw === undefined
    ? []
    : [{ step: "key", name: flaw.name, message: `The SecretKey ${flaw.what}. No SecretKey has that: remove it.` }]
}

const keySteps: ReadonlyArray<Mutation> = [
  ...["", "tc3", "AWS4"].map((keyPrefix) => ({
    step: "start of the key" as const,
    name: "KeyWithoutTC3" as const,
    message: `The first key step started from ${keyPrefix === "" ? "the SecretKey alone" : `${show(keyPrefix)} and the SecretKey`}. It starts from \`TC3\` + SecretKey.`,
    change: { keyPrefix }
  })),
  ...(["hex", "upper-case hex"] as const).map((handOn) => ({
    step: "key steps" as const,
    name: "HexKeySteps" as const,
    message: `The key steps passed ${handOn === "hex" ? "hexadecimal digits" : "upper-case hexadecimal digits"} on. Pass the raw bytes of each HMAC to the next step; only the signature is written as digits.`,
    change: { handOn }
  })),
  {
    step: "spelling of hashes",
    name: "UpperCaseHash",
    message: "The hash of the canonical request was signed in upper case. Write hexadecimal digits in lower case.",
    change: { spellHash: (hex) => hex.toUpperCase() }
  }
]

const spoiled = (forms: ReadonlyArray<KeyForm>): ReadonlyArray<Mutation> =>
  forms.map(({ name, spoil, what }) => ({
    step: "key",
    name,
    message: `The SecretKey that signed ${what}. Without it the signature is right: remove it.`,
    change: { key: spoil }
  }))

export const keyMistakes = ({ captured }: Case, plain: string, ownId: string): ReadonlyArray<Mutation> => {
  const { secretId } = captured.authorization
  const pasted = suffixes(captured.headers.get("x-tc-region"))
  return [
    ...mended(plain),
    ...spoiled(likely),
    ...spoiled(pasted.slice(0, 1)),
    ...inPlace(Array.from(new Set([secretId, ownId]))),
    ...spoiled([...unlikely, ...pasted.slice(1), ...prefixes(secretId)]),
    ...keySteps
  ]
}
