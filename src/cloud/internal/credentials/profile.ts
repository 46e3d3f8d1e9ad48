import * as Effect from "effect/Effect"
/** The credential of a profile of Tencent Cloud's SDKs: an INI file, one section a profile. */
import * as Ini from "effect/encoding/Ini"
import * as Equal from "effect/Equal"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Path from "effect/Path"
import * as Predicate from "effect/Predicate"
import { CredentialsError, NotConfigured, WrongFormat } from "../../CredentialsError.ts"
import { inHome, makeReader, type Place } from "./file.ts"
import { firstConfigured } from "./first.ts"
import { Credentials } from "./model.ts"
import { rereading } from "./rereading.ts"
import { credentialFrom } from "./values.ts"

/**
 * Which profile, and in which file.
 *
 * @category models
 * @since 0.1.0
 */
export interface ProfileOptions {
  /** The name of the section. By default `default`. */
  readonly profile?: string | undefined
  /** The file. By default `~/.tencentcloud/credentials`, then `/etc/tencentcloud/credentials`. */
  readonly path?: string | undefined
}

const system: Place = { path: "/etc/tencentcloud/credentials", shown: "/etc/tencentcloud/credentials" }

const filesOf = (path: string | undefined) =>
  path === undefined
    ? Effect.map(inHome(".tencentcloud", "credentials"), (own): ReadonlyArray<Place> => [
        ...Option.toArray(own),
        system
      ])
    : Effect.succeed<ReadonlyArray<Place>>([{ path, shown: path }])

/** What Effect's parser makes of a text; `undefined` where it gives up, at a section that has the name of a value. */
const parse = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    return Ini.parse(text)
  } catch {
    return undefined
  }
}

/** A section; the parser nests those with dots in their names. */
const sectionOf = (file: unknown, profile: string) => {
  const section = profile
    .split(".")
    .reduce<unknown>((at, name) => (Predicate.isReadonlyObject(at) ? at[name] : undefined), file)
  return Predicate.isReadonlyObject(section) ? section : undefined
}

/** The line, from 1, with which something begins to hold of what was read so far. It holds of the whole text. */
const lineWhere = (text: string, holds: (soFar: Readonly<Record<string, unknown>> | undefined) => boolean) => {
  const ends = Array.from(text.matchAll(/\r\n|[\r\n]|$/g), ({ index }) => index)
  let before = 0
  let line = ends.length
  while (line - before > 1) {
    const middle = Math.floor((before + line) / 2)
    if (holds(parse(text.slice(0, ends[middle - 1])))) line = middle
    else before = middle
  }
  return line
}

/** The line of something that is neither a section, a comment nor `name = value`. */
const strayLine = (text: string) => {
  const lines = text.split(/\r\n|[\r\n]/)
  const index = lines.findIndex((line) => !line.includes("=") && Object.values(Ini.parse(line)).includes(true))
  return index === -1 ? undefined : index + 1
}

/** The credential of one file. */
const inFile = Effect.fnUntraced(function* (text: string, profile: string, place: string) {
  const file = parse(text)
  const wrong = (line: number | undefined, description: string) =>
    new CredentialsError({ reason: new WrongFormat({ place, line, description }) })
  const stray = strayLine(text)
  if (stray !== undefined) {
    return yield* wrong(
      stray,
      "this line is no section such as [default], no comment and no `name = value`. Correct it."
    )
  }
  if (file === undefined) {
    const line = lineWhere(text, (soFar) => soFar === undefined)
    return yield* wrong(line, "the name of this section is that of a value, too. Give the value another name.")
  }
  const section = sectionOf(file, profile)
  if (section === undefined) return yield* new CredentialsError({ reason: new NotConfigured({ places: [place] }) })
  return yield* credentialFrom(section, {
    place,
    secretId: "secret_id",
    secretKey: "secret_key",
    token: ["token"],
    line: () => lineWhere(text, (soFar) => sectionOf(soFar, profile) !== undefined),
    lineOf: (name) => lineWhere(text, (soFar) => Equal.equals(sectionOf(soFar, profile)?.[name], section[name]))
  })
})

/** What hands out the credential of a profile, and why there is none. */
export const profile = Effect.fnUntraced(function* ({
  path,
  profile = "default"
}: ProfileOptions = {}): Effect.fn.Return<Credentials["Service"], CredentialsError, FileSystem.FileSystem | Path.Path> {
  const readText = yield* makeReader({ isSecret: true })
  const files = yield* filesOf(path)
  return yield* rereading(
    firstConfigured(
      files.map((file) =>
        Effect.flatMap(readText(file), (text) => inFile(text ?? "", profile, `the profile ${profile} in ${file.shown}`))
      )
    )
  )
})

/**
 * Provides the credential of a profile of Tencent Cloud's SDKs.
 *
 * **Details**
 *
 * The file is INI, with one section a profile, and has the names `secret_id`,
 * `secret_key` and, for a temporary credential, `token`:
 *
 * ```ini
 * [default]
 * secret_id = AKID...
 * secret_key = ...
 * ```
 *
 * It is read while the layer is built, and again at most once a minute. A file that
 * cannot be read then changes nothing but for a warning in the log. A file that other
 * users may read gives one warning. The home is that of `HOME`, on Windows of
 * `USERPROFILE`.
 *
 * **Example** (A profile in a file of your own)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { NodeServices } from "@effect/platform-node"
 * import { Effect, FileSystem, Layer } from "effect"
 * import * as Credentials from "effect-hunyuan3d/Credentials"
 *
 * const program = Effect.gen(function* () {
 *   const fs = yield* FileSystem.FileSystem
 *   const path = yield* fs.makeTempFileScoped()
 *   yield* fs.writeFileString(path, "[studio]\nsecret_id = AKID1\nsecret_key = secret\n")
 *
 *   const credential = yield* Credentials.Credentials.use((credentials) => credentials.get).pipe(
 *     Effect.provide(Credentials.layerProfile({ profile: "studio", path }))
 *   )
 *   assert.equal(credential.secretId, "AKID1")
 *   assert.equal(credential.source, `the profile studio in ${path}`)
 * })
 *
 * await Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(NodeServices.layer)))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerProfile = (
  options?: ProfileOptions
): Layer.Layer<Credentials, CredentialsError, FileSystem.FileSystem | Path.Path> =>
  Layer.effect(Credentials, profile(options))
