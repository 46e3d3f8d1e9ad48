/**
 * A run of a program in a terminal, as a page for a photograph. `script` of util-linux gives the program a terminal, and
 * what it has written there is shown as a terminal shows it: colours, lines written over, pictures (by iTerm2's protocol).
 */
import * as ChildProcess from "node:child_process"
import { fileURLToPath } from "node:url"

const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`

/** Runs this program on this Node in a terminal of 100 columns; answers what it has written there. */
export const runInTerminal = (args: ReadonlyArray<string>, cwd: string, env: NodeJS.ProcessEnv) => {
  const bin = fileURLToPath(new URL("../../src/cli/bin.ts", import.meta.url))
  const command = [process.execPath, bin, ...args].map(quote).join(" ")
  const { status, stdout } = ChildProcess.spawnSync(
    "script",
    ["--quiet", "--flush", "--return", "--command", `stty cols 100 rows 40; ${command}`, "/dev/null"],
    {
      cwd,
      // As npm says it to `npm start`.
      env: { ...process.env, ...env, CI: "", npm_lifecycle_event: "start", npm_package_name: "effect-hunyuan3d" },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      maxBuffer: 1e9
    }
  )
  if (status !== 0) throw new Error(`the program ended with ${status}: ${stdout}`)
  return stdout
}

const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

const styles: Readonly<Record<string, string>> = {
  "1": "bold",
  "2": "dim",
  "31": "red",
  "32": "green",
  "33": "yellow"
}

// Everything that is no text: pictures, colours, and what moves the cursor or sets up the terminal.
// oxlint-disable-next-line no-control-regex
const escapes = /\u001b\]1337;File=[^:]*:([A-Za-z0-9+/=]*)\u0007|\u001b\[([\d;]*)m|\u001b\[[?\d;]*[A-Za-z]/g

/** A line as HTML: what was written after the line was last cleared. */
const lineOf = (line: string) => {
  const [last = ""] = line.split("\u001b[2K").slice(-1)
  let html = ""
  let open = false
  let at = 0
  for (const match of last.matchAll(escapes)) {
    const [whole, picture, code] = match
    html += escape(last.slice(at, match.index))
    at = match.index + whole.length
    if (picture !== undefined) html += `<img src="data:image/png;base64,${picture}">`
    if (code === undefined) continue
    if (open) html += "</span>"
    open = styles[code] !== undefined
    if (open) html += `<span class="${styles[code]}">`
  }
  return html + escape(last.slice(at)) + (open ? "</span>" : "")
}

const css = `
  body { margin: 0; width: max-content; background: #0f1218 }
  main { margin: 0; padding: 0 26px 22px; width: 100ch; color: #dfe4ec; background: #161b24; font: 15px/1.5 "DejaVu Sans Mono", monospace; white-space: pre-wrap }
  header { display: flex; gap: 8px; padding: 15px 18px 14px; background: #161b24 }
  header i { width: 12px; height: 12px; border-radius: 50%; background: #3c4554 }
  img { display: block; width: 40ch; margin: 6px 0; border-radius: 8px }
  .bold { font-weight: bold; color: #fff } .dim { color: #8b95a5 } .red { color: #ff7b72 } .green { color: #57d28a } .yellow { color: #e3b341 }
`

/** The page. `command` is what one typed for it. */
export const pageOf = (command: string, output: string) => {
  const lines = output.trimEnd().split(/\r*\n/).map(lineOf)
  return `<!doctype html><meta charset="utf-8"><style>${css}</style><header><i></i><i></i><i></i></header><main><span class="green">$</span> <span class="bold">${escape(command)}</span>\n${lines.join("\n")}</main>`
}
