/** A disk in memory with the files of credentials, which a test changes while a source reads them. */
import { ConfigProvider, Effect, FileSystem, Layer, Path, PlatformError, Redacted } from "effect"
import type * as Credentials from "../../src/cloud/Credentials.ts"
import type { CredentialsError } from "../../src/cloud/CredentialsError.ts"
import { infoOf } from "./fileInfo.ts"

type Trouble = PlatformError.SystemErrorTag

interface Entry {
  readonly content: string | Uint8Array
  readonly mode?: number
  readonly type?: FileSystem.File.Type
  /** With which error it cannot be looked at, or not be read. */
  readonly stat?: Trouble
  readonly read?: Trouble
}

const failed = (method: string, path: string, _tag: Trouble = "NotFound") =>
  Effect.fail(PlatformError.systemError({ module: "FileSystem", method, _tag, pathOrDescriptor: path }))

export const make = (entries: Readonly<Record<string, string | Entry>> = {}) => {
  const files = new Map<string, Entry>()
  let reads = 0
  const write = (path: string, entry: string | Entry) =>
    void files.set(path, typeof entry === "string" ? { content: entry } : entry)
  for (const [path, entry] of Object.entries(entries)) write(path, entry)

  const read = (path: string) => {
    reads++
    const file = files.get(path)
    if (file === undefined || file.read !== undefined) return failed("readFile", path, file?.read)
    return Effect.succeed(typeof file.content === "string" ? new TextEncoder().encode(file.content) : file.content)
  }
  const Files = FileSystem.layerNoop({
    stat: (path) => {
      const file = files.get(path)
      if (file === undefined || file.stat !== undefined) return failed("stat", path, file?.stat)
      return Effect.succeed({ ...infoOf(file.type ?? "File", file.content.length), mode: file.mode ?? 0o100600 })
    },
    readFile: read,
    readFileString: (path) => Effect.map(read(path), (bytes) => new TextDecoder().decode(bytes))
  })
  return {
    layer: Layer.merge(Files, Path.layer),
    write,
    remove: (path: string) => void files.delete(path),
    /** How often a file was read. */
    reads: () => reads
  }
}

/** The environment of a process, with a home unless it says otherwise. */
export const environment = (env: Readonly<Record<string, string>> = { HOME: "/home/ann" }) =>
  ConfigProvider.layer(ConfigProvider.fromEnv({ env }))

/** A credential with its secrets in the clear. */
export const plain = ({ secretKey, token, ...others }: Credentials.Credential) => ({
  ...others,
  secretKey: Redacted.value(secretKey),
  token: token && Redacted.value(token)
})

/** Why a layer gives no credential: the tag of the reason, and the message. */
export const why = <A, R>(effect: Effect.Effect<A, CredentialsError, R>) =>
  Effect.map(Effect.flip(effect), ({ message, reason }) => ({ tag: reason._tag, message }))
