import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as SchemaAST from "effect/SchemaAST"
import * as fc from "fast-check"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { property } from "../support/property.ts"
import { run } from "./run.ts"

const WithFake = Effect.provide(Fake.layer())

const refused = Effect.fnUntraced(function* (kind: string, ...flags: ReadonlyArray<string>) {
  const { code, stderr } = yield* run(["submit", "--kind", kind, ...flags])
  assert.strictEqual(code, 1, `${kind} ${flags.join(" ")}`)
  return stderr
})

const link = "https://host.example/a"
const file = `--file=${link}.fbx`
const no = "This kind of job does not have it. Leave it out, correct its name, or choose another --kind."
const missing = "This kind of job needs it. Add it."
const badLink = "Give a complete http or https link, without spaces."

/** Each rule of each kind that flags can break: the kind, the flags, and what is told. */
const rules: ReadonlyArray<readonly [string, ReadonlyArray<string>, string]> = [
  ["pro", [], "Give exactly one of --prompt, --image; a --prompt beside an image needs --generate-type Sketch."],
  ["pro", ["-p", "a", "-i", link], "Give exactly one of --prompt, --image; a --prompt beside an image needs --gen"],
  ["pro", ["-p", "a".repeat(1025)], "--prompt: Make the prompt 1 to 1024 Unicode characters long."],
  ["pro", ["-i", "https://host.example/a b"], `--image: ${badLink}`],
  ["pro", ["-p", "a", "--face-count", "2999"], "--face-count: Set this to a whole number from 3000 to 1500000."],
  [
    "pro",
    ["-p", "a", "--model", "3.1", "--generate-type", "LowPoly"],
    "Set --model to 3.0, or another --generate-type"
  ],
  [
    "pro",
    ["-i", link, "--view", `top=${link}`],
    "--view: Set --model to 3.1, or use the views left, right, back only."
  ],
  [
    "pro",
    ["-i", link, "--view", `up=${link}`],
    "--view: Set this to one of left, right, back, top, bottom, left_front"
  ],
  ["pro", ["-i", link, "--view", "left=https://host.example/ "], `--view: ${badLink}`],
  [
    "pro",
    ["-i", link, "--view", `left=${link}`, "--view", `left=${link}`],
    "Give one image a view: a --view is there twice."
  ],
  ["pro", ["-p", "a", "--polygon-type", "triangle"], "Leave out --polygon-type, or set --generate-type to LowPoly."],
  ["pro", ["-p", "a", "--result-format", "GLB"], `--result-format: ${no}`],
  ["pro", ["-p", "a", file], `--file: ${no}`],
  ["rapid", [], "Give exactly one of --prompt, --image."],
  ["rapid", ["-p", "a", "-i", link], "Give exactly one of --prompt, --image."],
  ["rapid", ["-p", "a".repeat(201)], "--prompt: Make the prompt 1 to 200 Unicode characters long."],
  [
    "rapid",
    ["-p", "a", "--enable-geometry", "--result-format", "OBJ"],
    "Set another --result-format than OBJ, or leave"
  ],
  ["rapid", ["-p", "a", "--face-count", "5000"], `--face-count: ${no}`],
  ["rapid", ["-i", link, "--view", `left=${link}`], `--view: ${no}`],
  ["smarttopology", [], `--file: ${missing}`],
  ["smarttopology", [file], "--file-type: Set this to one of glb, GLB, obj, OBJ."],
  ["smarttopology", [`--file=${link}`], "--file-type: Set this to one of glb, GLB, obj, OBJ."],
  ["smarttopology", ["--file-type", "glb"], "--file-type needs --file, the link of the file."],
  ["smarttopology", [`--file=${link}.glb`, "-p", "a"], `--prompt: ${no}`],
  ["uv", [], `--file: ${missing}`],
  ["uv", ["--file=a.glb"], `--file: ${badLink}`],
  ["uv", [`--file=${link}.stl`], "--file-type: Set this to one of fbx, FBX, obj, OBJ, glb, GLB."],
  ["uv", [file, "-i", link], `--image: ${no}`],
  ["part", [], `--file: ${missing}`],
  ["part", [`--file=${link}.glb`], "--file-type: Set this to one of fbx, FBX."],
  ["part", [file, "--part-segmentation-info", "[]"], "--part-segmentation-info: Give the JSON text of an object"],
  ["part", [file, "--enable-pbr"], `--enable-pbr: ${no}`],
  ["textureedit", ["-p", "a"], `--file: ${missing}`],
  ["textureedit", [file], "Give exactly one of --image, --prompt."],
  ["textureedit", [file, "-p", "a", "-i", link], "Give exactly one of --image, --prompt."],
  ["textureedit", [file, "-i", "https://host.example/a b"], `--image: ${badLink}`],
  [
    "textureedit",
    [file, "-i", link, "--enable-pbr"],
    "Leave out --enable-pbr, or give a --prompt instead of an --image."
  ],
  ["textureedit", [file, "-p", "a", "--model", "3.0"], `--model: ${no}`],
  ["convert3dformat", ["--format", "STL"], `--file: ${missing}`],
  ["convert3dformat", [file], `--format: ${missing}`],
  ["convert3dformat", [file, "--format", "STL", "--face-level", "low"], `--face-level: ${no}`],
  ["autorigging", [], `--file: ${missing}`],
  ["autorigging", [`--file=${link}.glb`], "--file-type: Set this to one of fbx, FBX, obj, OBJ."],
  ["autorigging", [file, "--motion-type", "49"], "--motion-type: Set this to a whole number from 1 to 48."],
  ["autorigging", [file, "--enable-staged-generation"], `--enable-staged-generation: ${no}`],
  ["autorigging", [file, "--enable-post-process"], `--enable-post-process: ${no}`]
]

/** All names of fields, of all kinds and depths. */
const fieldsOf = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  if (SchemaAST.isUnion(ast)) return ast.types.flatMap(fieldsOf)
  if (SchemaAST.isArrays(ast)) return ast.rest.flatMap(fieldsOf)
  if (!SchemaAST.isObjects(ast)) return []
  return ast.propertySignatures.flatMap(({ name, type }) => [String(name), ...fieldsOf(type)])
}
const fields = [...new Set(JobKind.all.flatMap((kind) => fieldsOf(kind.submit.input.ast)))]
const fieldName = new RegExp(`\\b(${fields.join("|")})\\b|\\bat \\[`)

const values: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  ["prompt", ["a", "", "a".repeat(300)]],
  ["image", [link, "https://"]],
  ["view", [`left=${link}`, `top=${link}`, `up=${link}`, "left=https://"]],
  ["model", ["3.0", "3.1"]],
  ["generate-type", ["lowpoly", "Sketch"]],
  ["face-count", ["1", "5000"]],
  ["face-level", ["high"]],
  ["polygon-type", ["triangle"]],
  ["enable-pbr", ["true", "false"]],
  ["enable-geometry", ["true", "false"]],
  ["result-format", ["obj"]],
  ["file", [`${link}.fbx`, `${link}.glb`, "a.fbx", ""]],
  ["file-type", ["FBX", "glb"]],
  ["format", ["stl"]],
  ["motion-type", ["1", "49"]],
  ["part-segmentation-info", ["{}", "x"]],
  ["enable-staged-generation", ["true"]],
  ["enable-post-process", ["true"]]
]

const flags = fc.array(
  fc.oneof(...values.map(([name, values]) => fc.constantFrom(...values.map((value) => `--${name}=${value}`)))),
  { maxLength: 5 }
)

describe("a request that is refused", () => {
  it.effect("is refused for each rule in the words of flags", () =>
    Effect.gen(function* () {
      for (const [kind, flags, message] of rules) {
        const stderr = yield* refused(kind, ...flags)
        assert.include(stderr, message)
        assert.notMatch(stderr, fieldName)
      }
      assert.deepStrictEqual(yield* Fake.Fake.use((fake) => fake.requests), [])
    }).pipe(WithFake)
  )

  property(
    "names no field of the API, whatever the flags",
    [fc.constantFrom(...JobKind.all.map(({ name }) => name)), flags],
    (kind, flags) =>
      Effect.gen(function* () {
        const { code, stderr } = yield* run(["submit", "--kind", kind, "--dry-run", ...flags])
        assert.include([0, 1], code)
        assert.notMatch(stderr, fieldName)
      }).pipe(WithFake)
  )
})
