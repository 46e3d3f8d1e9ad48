/**
 * A secret that a command takes: from a flag, a file or the environment.
 *
 * **Gotchas**
 *
 * - Everybody on a machine can list the arguments of its processes, so a secret in a flag gets a warning.
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { usage } from "./failure.ts"
import { readTextFile } from "./input.ts"
import { printNote } from "./print.ts"
import { styled } from "./style.ts"

/** The secret of the flag, else of the file, else of the variable. The flag for the file is `<flag>-file`. */
export const readSecret = Effect.fnUntraced(function* (options: {
  readonly flag: string
  readonly variable: string
  readonly given: Option.Option<Redacted.Redacted<string>>
  readonly file: Option.Option<string>
}) {
  const { file, flag, given, variable } = options
  if (Option.isSome(given) && Option.isSome(file)) {
    return yield* usage(`${flag} and ${flag}-file are both given. Leave one out.`)
  }
  if (Option.isSome(given)) {
    yield* printNote(
      styled("yellow", `Everybody on this machine can see ${flag}.`),
      ` Set ${variable}, or give ${flag}-file.`
    )
    return given
  }
  if (Option.isNone(file)) {
    const set = yield* Effect.option(Config.NonEmptyString(variable))
    return Option.map(set, (value) => Redacted.make(value))
  }
  // The path stays out of messages: a key may stand there by mistake.
  const text = (yield* readTextFile(`${flag}-file`, file.value)).trim()
  if (text === "") return yield* usage(`${flag}-file: The file is empty. Write the secret key into it.`)
  return Option.some(Redacted.make(text))
})
