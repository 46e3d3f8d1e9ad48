/** Programs of this machine that tests start and stop: real servers, and processes of the library. */
import * as ChildProcess from "node:child_process"
import * as fs from "node:fs"
import * as Net from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import { Effect } from "effect"

/** Where Debian keeps the programs of PostgreSQL, the newest first, and where all others are. */
const folders = [
  ...fs.globSync("/usr/lib/postgresql/*/bin").toSorted((a, b) => b.localeCompare(a, undefined, { numeric: true })),
  ...(process.env["PATH"] ?? "").split(path.delimiter)
]

/** The path of a program, if it is installed. */
export const programPath = (name: string): string | undefined =>
  folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file))

/** A port of loopback on which nothing listens at the moment. */
export const freePort = Effect.callback<number>((resume) => {
  const server = Net.createServer()
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    const port = typeof address === "object" ? address?.port : undefined
    server.close(() => resume(port === undefined ? Effect.die("no port") : Effect.succeed(port)))
  })
})

/** A folder that is removed when the test ends. */
export const temporaryFolder = (name: string) =>
  Effect.acquireRelease(
    Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), `${name}-`))),
    (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
  )

/** Waits until a process has ended. */
export const ended = (child: ChildProcess.ChildProcess) =>
  Effect.callback<void>((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
  })

/** Kills a process, as a power cut would, and waits until it has ended. */
export const kill = (child: ChildProcess.ChildProcess) =>
  Effect.andThen(
    Effect.sync(() => child.kill("SIGKILL")),
    ended(child)
  )

/** Starts a program that runs until the test ends at the latest. What it prints on stderr is shown. */
export const start = (file: string, args: ReadonlyArray<string>, options: ChildProcess.SpawnOptions = {}) =>
  Effect.acquireRelease(
    Effect.sync(() => ChildProcess.spawn(file, args, { stdio: ["pipe", "pipe", "inherit"], ...options })),
    kill
  )

/** Whether something accepts connections on a port of loopback. */
export const accepts = (port: number) =>
  Effect.callback<boolean>((resume) => {
    const socket = Net.connect(port, "127.0.0.1")
    socket.once("connect", () => {
      socket.destroy()
      resume(Effect.succeed(true))
    })
    socket.once("error", () => resume(Effect.succeed(false)))
  })

/** Waits until a check holds, for half a minute at most. */
export const until = (check: Effect.Effect<boolean>, what: string) =>
  Effect.gen(function* () {
    while (!(yield* check)) yield* Effect.sleep(20)
  }).pipe(Effect.timeoutOrElse({ duration: "30 seconds", orElse: () => Effect.die(`${what} did not happen in 30 s`) }))
