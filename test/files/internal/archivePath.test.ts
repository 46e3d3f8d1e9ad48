import * as NodePath from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { makePathReader } from "../../../src/files/internal/archivePath.ts"
import { property } from "../../support/property.ts"

/** What the last of these paths is read as, when all are files of one archive. */
const readLast = (...paths: ReadonlyArray<string>) => {
  const read = makePathReader()
  return paths.map((path) => read(path, "File")).at(-1)
}

describe("a path of an archive", () => {
  it("is refused when it leads out of the archive", () => {
    for (const path of ["../x", "a/../../x", "a/..", "..", "a/b/../c"]) {
      assert.strictEqual(readLast(path), "leads out of the archive", path)
    }
    for (const path of ["/etc/x", "//host/share/x"]) assert.strictEqual(readLast(path), "is absolute")
    for (const path of ["C:x", "C:/x", "C:\\x", "a\\..\\..\\x", "\\\\host\\share", "..\\x"]) {
      assert.strictEqual(readLast(path), "is not a valid name on every system", path)
    }
  })

  it("is refused when too many files and directories came before it", () => {
    const read = makePathReader()
    const deep = (nth: number) => read(Array.from({ length: 50 }, (_, depth) => `${nth}-${depth}`).join("/"), "File")
    for (let nth = 0; nth < 400; nth++) assert.isArray(deep(nth))
    assert.strictEqual(deep(400), "is one of more than 20000")
  })

  it("is refused when some system reads it as something else", () => {
    const names = [
      "con",
      "a/NUL.txt",
      "com1",
      "LPT\u00b9.x",
      "aux .b",
      "x.",
      "x ",
      "a\u0007b",
      "a|b",
      "a?",
      "...",
      ". ."
    ]
    for (const path of names) assert.strictEqual(readLast(path), "is not a valid name on every system", path)
    assert.strictEqual(readLast(`${"x/".repeat(70)}y`), "is too deep")
    assert.strictEqual(readLast("./"), "is empty")
  })

  it("is refused when the archive has it already, however a file system writes it", () => {
    for (const paths of [
      ["a", "a"],
      ["a", "./a"],
      ["A.txt", "a.TXT"],
      ["\u00e9", "e\u0301"],
      ["a/b", "a"]
    ]) {
      assert.strictEqual(readLast(...paths), "occurs twice", paths.join())
    }
    assert.strictEqual(readLast("a", "A/b"), "lies in a file")
  })

  it("is accepted when it only looks like a name that is refused", () => {
    for (const path of ["console", "nulls.txt", ".hidden", "a b", "\u6a21\u578b.obj", "com10"]) {
      assert.deepStrictEqual(readLast(path), [path])
    }
    assert.deepStrictEqual(readLast("./b//c.txt"), ["b", "c.txt"])
  })

  const part = fc.oneof(
    fc.string({ unit: "binary", maxLength: 6 }),
    fc.constantFrom("..", ".", "", "a", "A", "c:", "\\", "con", "..\\..", "x ", "\u0000")
  )
  property(
    "never leads out of the directory, on any system",
    [
      fc.array(
        fc.array(part, { maxLength: 5 }).map((parts) => parts.join("/")),
        { maxLength: 4 }
      ),
      fc.constantFrom("File" as const, "Directory" as const)
    ],
    (paths, type) => {
      const read = makePathReader()
      for (const parts of paths.map((one) => read(one, type))) {
        if (typeof parts === "string") continue
        for (const system of [NodePath.posix, NodePath.win32]) {
          const root = system.resolve("/root")
          const place = system.resolve(root, ...parts)
          assert.isTrue(place === root ? type === "Directory" : place.startsWith(root + system.sep))
          assert.strictEqual(system.relative(root, place), parts.join(system.sep))
        }
      }
    },
    { runs: 5000 }
  )
})
