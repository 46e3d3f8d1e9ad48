/**
 * A picture in the terminal, where the terminal can show one: by the protocol of iTerm2, or by that of Kitty. Both take
 * a PNG as it is.
 *
 * **Gotchas**
 *
 * - Terminals are known by the variables that they set. Asking them would mean to wait for an answer that may not come.
 * - Inside tmux and screen nothing is shown: they pass no pictures on unless they are told to.
 */
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as FileSystem from "effect/FileSystem"
import * as Stdio from "effect/Stdio"

type Protocol = "iterm2" | "kitty"

const text = (name: string) => Effect.orDie(Config.String(name).pipe(Config.withDefault("")))

/** How standard output shows pictures; undefined where it does not. */
const protocol: Effect.Effect<Protocol | undefined, never, Stdio.Stdio> = Effect.gen(function* () {
  const { stdoutIsTerminal } = yield* Stdio.Stdio
  if (!(yield* stdoutIsTerminal) || (yield* text("TMUX")) !== "" || (yield* text("STY")) !== "") return undefined
  const term = yield* text("TERM")
  const program = yield* text("TERM_PROGRAM")
  if ((yield* text("KITTY_WINDOW_ID")) !== "" || /kitty|ghostty/.test(`${term} ${program}`)) return "kitty"
  if (["iTerm.app", "WezTerm", "mintty"].includes(program) || (yield* text("LC_TERMINAL")) === "iTerm2") return "iterm2"
  return undefined
})

/** In columns of the terminal. */
const width = 40

// Kitty takes a picture in chunks of at most 4096 characters; all but the last say that more comes.
const kitty = (base64: string) => {
  const chunks = base64.match(/.{1,4096}/g) ?? []
  return chunks
    .map((chunk, index) => {
      const more = index < chunks.length - 1 ? 1 : 0
      return `\u001b_G${index === 0 ? `a=T,f=100,c=${width},` : ""}m=${more};${chunk}\u001b\\`
    })
    .join("")
}

const escapes: Readonly<Record<Protocol, (base64: string) => string>> = {
  kitty,
  iterm2: (base64) => `\u001b]1337;File=inline=1;width=${width};preserveAspectRatio=1:${base64}\u0007`
}

/** Shows a PNG file on standard output. False where the terminal shows no pictures, or the file cannot be read. */
export const showPicture = Effect.fnUntraced(function* (path: string) {
  const how = yield* protocol
  if (how === undefined) return false
  const bytes = yield* Effect.orElseSucceed(
    FileSystem.FileSystem.use((fs) => fs.readFile(path)),
    () => undefined
  )
  if (bytes === undefined) return false
  yield* Console.log(escapes[how](Base64.encode(bytes)))
  return true
})
