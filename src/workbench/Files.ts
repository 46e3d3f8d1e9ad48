/**
 * The models and pictures in the workbench's folder: what there is, what a model is made of, and the bytes.
 *
 * **Gotchas**
 *
 * - Only files with the ending of a model or a picture are there, so that a folder with other things in it can be chosen.
 *   Hidden files, and links that lead out of the folder, are not.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Stream from "effect/Stream"
import { type ModelFacts, type ModelFile, type NotFound, Refused } from "./Api.ts"
import { factsOf } from "./internal/facts.ts"
import { formatOf } from "./internal/format.ts"
import * as inside from "./internal/inside.ts"
import { validate } from "./internal/validator.ts"
import { Setup } from "./Setup.ts"

const maxDepth = 4
const maxFiles = 1000
// Larger ones can be looked at, but are not taken apart.
const maxFacts = 256 * 1024 * 1024

export class Files extends Context.Service<
  Files,
  {
    /** The newest first. */
    readonly list: Effect.Effect<ReadonlyArray<ModelFile>>
    readonly facts: (place: string) => Effect.Effect<ModelFacts, NotFound | Refused>
    readonly bytes: (place: string) => Effect.Effect<
      {
        readonly contentType: string
        readonly size: number
        readonly stream: Stream.Stream<Uint8Array, PlatformError>
      },
      NotFound
    >
    /** What is in the folder of these paths of the disk. */
    readonly among: (paths: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<ModelFile>>
  }
>()("effect-hunyuan3d/workbench/Files") {}

const modelFile = (place: string, info: FileSystem.File.Info): ModelFile => ({
  path: place,
  size: Number(info.size),
  modifiedAt: Option.match(info.mtime, { onNone: () => 0, onSome: (time) => time.getTime() }),
  format: formatOf(place)?.format ?? "other"
})

const withoutEnding = (place: string) => place.replace(/\.[^./]+$/, "")

/** Names the picture of each model that has one beside it. */
const withPreviews = (files: ReadonlyArray<ModelFile>): ReadonlyArray<ModelFile> => {
  const pictures = new Map(
    files.filter(({ format }) => format === "image").map(({ path }) => [withoutEnding(path), path])
  )
  return files.map((file) => {
    if (file.format === "image") return file
    const stem = withoutEnding(file.path)
    // An archive is unpacked into a directory of its own name.
    const preview = [`${stem}-preview`, stem, `${stem.replace(/\/[^/]*$/, "")}-preview`]
      .map((name) => pictures.get(name))
      .find((picture) => picture !== undefined)
    return preview === undefined ? file : { ...file, preview }
  })
}

export const layer: Layer.Layer<Files, never, Setup | FileSystem.FileSystem | Path.Path> = Layer.effect(
  Files,
  Effect.gen(function* () {
    const { folder } = yield* Setup
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const context = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
    const find = (place: string) => Effect.provideContext(inside.find(folder, place), context)

    const walk = (place: string, depth: number, found: Array<ModelFile>): Effect.Effect<void> =>
      Effect.gen(function* () {
        const names = yield* Effect.orElseSucceed(fs.readDirectory(path.join(folder, place)), () => [])
        for (const name of names) {
          const inner = place === "" ? name : `${place}/${name}`
          if (found.length >= maxFiles) return
          if (!inside.isPlace(inner)) continue
          if (formatOf(name) !== undefined) {
            const file = yield* Effect.option(find(inner))
            if (Option.isSome(file)) found.push(modelFile(inner, file.value.info))
          } else if (depth < maxDepth && (yield* isDirectory(inner))) yield* walk(inner, depth + 1, found)
        }
      })

    /** A link to a directory is none, so that there is no circle. */
    const isDirectory = (place: string) =>
      Effect.gen(function* () {
        const full = path.join(yield* fs.realPath(folder), place)
        return (yield* fs.realPath(full)) === full && (yield* fs.stat(full)).type === "Directory"
      }).pipe(Effect.orElseSucceed(() => false))

    const list = Effect.suspend(() => {
      const found: Array<ModelFile> = []
      return Effect.map(walk("", 0, found), () => withPreviews(found.toSorted((a, b) => b.modifiedAt - a.modifiedAt)))
    })

    const facts = Effect.fnUntraced(function* (place: string) {
      const { info, real } = yield* find(place)
      const file = modelFile(place, info)
      if (file.size > maxFacts) {
        return yield* new Refused({ code: "Client.TooLarge", message: `${place} is larger than 256 MB.` })
      }
      const bytes = yield* Effect.mapError(
        fs.readFile(real),
        ({ message }) => new Refused({ code: "Client.Disk", message: `${place} cannot be read: ${message}` })
      )
      const validator = file.format === "glb" ? yield* validate(bytes) : undefined
      return { file, ...factsOf(file.format, bytes), ...(validator === undefined ? {} : { validator }) }
    })

    const among = (paths: ReadonlyArray<string>) =>
      Effect.map(
        Effect.forEach(paths, (each) => {
          const place = path.relative(folder, each).split(path.sep).join("/")
          return Effect.option(Effect.map(find(place), ({ info }) => modelFile(place, info)))
        }),
        (found) => withPreviews(found.flatMap(Option.toArray))
      )

    const bytes = (place: string) =>
      Effect.map(find(place), ({ info, real }) => ({
        contentType: formatOf(place)?.contentType ?? "application/octet-stream",
        size: Number(info.size),
        stream: fs.stream(real, { bytesToRead: info.size })
      }))

    return { list, facts, among, bytes }
  })
)
