/** A PostgreSQL server of one's own: on a free port of loopback, its data in a temporary folder. It never runs as root. */
import * as ChildProcess from "node:child_process"
import * as fs from "node:fs"
import { Effect } from "effect"
import { ended, freePort, programPath, start, temporaryFolder, until } from "./processes.ts"

const initdb = programPath("initdb")
const postgres = programPath("postgres")
export const hasPostgres = initdb !== undefined && postgres !== undefined

/** PostgreSQL refuses to run as root, so root starts it as nobody. */
const user = () => {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(ChildProcess.execFileSync("id", [flag, "nobody"], { encoding: "utf8" }))
  return { uid: id("-u"), gid: id("-g") }
}

/** Runs until the scope closes. The user is `postgres`, without a password, and so is the database. */
export const startPostgres = Effect.gen(function* () {
  if (initdb === undefined || postgres === undefined) return yield* Effect.die("PostgreSQL is not installed")
  const folder = yield* temporaryFolder("postgres")
  const owner = user()
  if (owner.uid !== undefined) fs.chownSync(folder, owner.uid, owner.gid)
  const options: ChildProcess.SpawnOptions = { ...owner, cwd: folder, stdio: "ignore" }
  const created = yield* start(
    initdb,
    ["--pgdata", folder, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--no-sync"],
    options
  )
  yield* ended(created)
  if (created.exitCode !== 0) return yield* Effect.die(`initdb ended with ${created.exitCode}`)
  const port = yield* freePort
  const settings = [
    `port=${port}`,
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "max_connections=200"
  ]
  const server = yield* start(postgres, ["-D", folder, ...settings.flatMap((setting) => ["-c", setting])], options)
  // SIGQUIT ends its processes at once, which SIGKILL does not.
  yield* Effect.addFinalizer(() =>
    Effect.andThen(
      Effect.sync(() => server.kill("SIGQUIT")),
      ended(server)
    )
  )
  // It accepts connections before that, and refuses them with "the database system is starting up".
  const isReady = Effect.sync(() => fs.readFileSync(`${folder}/postmaster.pid`, "utf8").includes("ready"))
  yield* until(
    Effect.orElseSucceed(Effect.sandbox(isReady), () => false),
    "the start of PostgreSQL"
  )
  return { port, url: `postgres://postgres@127.0.0.1:${port}/postgres` }
})
