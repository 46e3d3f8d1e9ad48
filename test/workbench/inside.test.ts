import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { assert, describe } from "@effect/vitest"
import { Effect, FileSystem, Option } from "effect"
import * as fc from "fast-check"
import { find } from "../../src/workbench/internal/inside.ts"
import { property } from "../support/property.ts"

const name = fc.constantFrom(
  "..",
  ".",
  "",
  "in",
  "out",
  "link",
  "up",
  "a.glb",
  "secret.glb",
  "b.png",
  "\0",
  "C:",
  "%2e%2e",
  " ",
  "~"
)
const separator = fc.constantFrom("/", "\\", "//", "%2f", "/./")
const place = fc
  .array(fc.tuple(name, separator), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.map(([first, second], index) => (index === parts.length - 1 ? first : first + second)).join(""))

const makeFolder = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const top = yield* fs.realPath(yield* fs.makeTempDirectoryScoped())
  yield* fs.makeDirectory(`${top}/in/in`, { recursive: true })
  yield* fs.makeDirectory(`${top}/out`)
  for (const file of ["secret.glb", "a.glb", "out/a.glb", "out/secret.glb", "in/a.glb", "in/in/a.glb", "in/in/b.png"]) {
    yield* fs.writeFileString(`${top}/${file}`, file)
  }
  yield* fs.symlink(`${top}/out`, `${top}/in/out`)
  yield* fs.symlink(top, `${top}/in/up`)
  yield* fs.symlink(`${top}/secret.glb`, `${top}/in/secret.glb`)
  yield* fs.symlink(`${top}/in/in`, `${top}/in/link`)
  return top
})

describe("a place in the folder", () => {
  property(
    "never leads to a file outside, through links neither, whatever it is",
    [
      fc.oneof(
        place,
        fc.string({ unit: "binary" }),
        place.map((inner) => `in/${inner}`)
      )
    ],
    (given) =>
      Effect.gen(function* () {
        const top = yield* makeFolder
        const found = yield* Effect.option(find(`${top}/in`, given))
        if (Option.isSome(found)) {
          assert.isTrue(found.value.real.startsWith(`${top}/in/`), given)
          assert.include(["in/a.glb", "in/in/a.glb", "in/in/b.png"], found.value.real.slice(top.length + 1))
        }
      }).pipe(Effect.provide([NodeFileSystem.layer, NodePath.layer])),
    { runs: 400 }
  )
})
