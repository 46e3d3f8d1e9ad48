/**
 * The moving line: below all that is printed on a terminal, one line that shows that
 * time goes by. A board has several.
 *
 * `Screen.during` shows it while something runs. Everything is printed by `Console`:
 * notes, tables, logs, and what Effect's commands say. So `layer` also puts a
 * `Console` in place which erases the moving line before it prints; the next frame
 * brings the line back.
 *
 * **Gotchas**
 *
 * - The line is cut to the width of the terminal. Where the width is not known, or has
 *   just changed, the terminal itself is told not to wrap.
 * - The erasing comes with the text, in one write, since logs are printed synchronously.
 */
import * as CliOutput from "effect/cli/CliOutput"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"
import * as Capabilities from "./capabilities.ts"
import { printable } from "./print.ts"

export class Screen extends Context.Service<
  Screen,
  {
    /** Whether there is a moving line now. */
    readonly isMoving: Effect.Effect<boolean>
    /** Shows a moving line, or several, while an effect runs, where standard error can. The text is made ten times a second. */
    readonly during: (text: Effect.Effect<string>) => <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  }
>()("effect-hunyuan3d/cli/Screen") {}

const eraseLine = "\r\u001b[2K"
const erase = (lines: number) => eraseLine + `\u001b[1A${eraseLine}`.repeat(Math.max(0, lines - 1))
const unwrapped = (text: string) => `\u001b[?7l${text}\u001b[?7h`

/** Cut so that it is narrower than the columns. */
const cut = (text: string, columns: number): string => {
  if (text.length < columns && CliOutput.displayWidth(text) < columns) return text
  let shown = ""
  for (const character of text) {
    if (CliOutput.displayWidth(shown + character) > columns - 2) break
    shown += character
  }
  return `${shown}…`
}

/** A console that erases the moving line before it prints, where there is one on that stream. */
const erasing = (console: Console.Console, erased: (isError: boolean) => string): Console.Console => {
  const lines = (isError: boolean, [first = "", ...others]: ReadonlyArray<unknown>) => {
    const before = erased(isError)
    return [before === "" ? first : before + String(first), ...others]
  }
  return {
    ...console,
    log: (...given: ReadonlyArray<unknown>) => console.log(...lines(false, given)),
    info: (...given: ReadonlyArray<unknown>) => console.info(...lines(false, given)),
    debug: (...given: ReadonlyArray<unknown>) => console.debug(...lines(false, given)),
    warn: (...given: ReadonlyArray<unknown>) => console.warn(...lines(true, given)),
    error: (...given: ReadonlyArray<unknown>) => console.error(...lines(true, given))
  }
}

/** Provides the screen, and the console that belongs to it. */
export const layer: Layer.Layer<Screen, never, Stdio.Stdio | Terminal.Terminal> = Layer.effectContext(
  Effect.gen(function* () {
    const stdio = yield* Stdio.Stdio
    const terminal = yield* Terminal.Terminal
    const console = yield* Console.Console
    const { canAnimate } = yield* Capabilities.OfStderr
    const stdoutIsTerminal = yield* stdio.stdoutIsTerminal
    let isMoving = false
    // How many lines are there now.
    let drawn = 0

    const write = (text: string) => Effect.ignore(Stream.run(Stream.succeed(text), stdio.stderr()))
    const frame = Effect.fnUntraced(function* (text: Effect.Effect<string>) {
      const columns = (yield* terminal.columns) || 80
      const lines = (yield* text).split("\n").map((line) => unwrapped(cut(printable(line), columns)))
      yield* write(erase(drawn) + lines.join("\n"))
      drawn = lines.length
      yield* Effect.sleep("100 millis")
    })
    const erased = () => {
      const lines = drawn
      drawn = 0
      return erase(lines)
    }
    const animated = (text: Effect.Effect<string>) =>
      frame(text).pipe(Effect.forever, Effect.ensuring(Effect.suspend(() => write(erased()))))

    return Context.make(Screen, {
      isMoving: Effect.sync(() => isMoving),
      during: (text) => (self) =>
        canAnimate
          ? Effect.acquireUseRelease(
              Effect.sync(() => {
                isMoving = true
              }),
              () => Effect.raceFirst(self, animated(text)),
              () =>
                Effect.sync(() => {
                  isMoving = false
                })
            )
          : self
    }).pipe(
      Context.add(
        Console.Console,
        erasing(console, (isError) => (isMoving && (isError || stdoutIsTerminal) ? erased() : ""))
      )
    )
  })
)
