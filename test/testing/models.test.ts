import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as fc from "fast-check"
import { strFromU8, unzlibSync, unzipSync } from "fflate"
import * as JobKind from "../../src/job/JobKind.ts"
import { buildModel } from "../../src/testing/internal/fake/models/build.ts"
import { designOf } from "../../src/testing/internal/fake/models/design.ts"
import { type Part, trianglesOf } from "../../src/testing/internal/fake/models/mesh.ts"
import type { Request } from "../../src/testing/internal/fake/models/request.ts"
import { failureOf, fileOf, namesOf } from "../../src/testing/internal/fake/models/results.ts"
import { cross, dot, type Vec3 } from "../../src/testing/internal/fake/models/vector.ts"
import { property } from "../support/property.ts"

// A busy machine takes seconds for a model.
const timeout = 60_000

const bytesOf = (kind: string, request: Request, seed = 0, name = namesOf(kind, request)[0]?.name ?? "") => {
  const file = fileOf({ kind, request, seed }, name)
  assert(file !== undefined, `${kind} has no ${name}`)
  return file.bytes
}

const Report = Schema.Struct({
  issues: Schema.Struct({
    numErrors: Schema.Finite,
    numWarnings: Schema.Finite,
    messages: Schema.Array(Schema.Unknown)
  }),
  info: Schema.Struct({
    animationCount: Schema.Finite,
    maxInfluences: Schema.Finite,
    totalTriangleCount: Schema.Finite,
    totalVertexCount: Schema.Finite
  })
})

const validated = async (bytes: Uint8Array) => {
  const { default: validator } = await import("gltf-validator")
  const { info, issues } = Schema.decodeUnknownSync(Report)(await validator.validateBytes(bytes))
  const { messages, numErrors, numWarnings } = issues
  assert.deepStrictEqual({ numErrors, numWarnings }, { numErrors: 0, numWarnings: 0 }, JSON.stringify(messages))
  return info
}

/** What the JSON of a GLB says. */
const jsonOf = (bytes: Uint8Array) => {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(12, true)
  return JSON.parse(strFromU8(bytes.subarray(20, 20 + length)))
}

const link = { Url: "https://example.com/models/thing.fbx", Type: "FBX" }
const glbLink = { Url: "https://example.com/models/thing.glb", Type: "GLB" }

const words = [
  "teapot",
  "mug",
  "vase",
  "chair",
  "table",
  "lamp",
  "house",
  "lighthouse",
  "tree",
  "mushroom",
  "gem",
  "rocket",
  "car",
  "robot",
  "sword",
  "figure",
  "dragon"
]

describe("Models of the fake", () => {
  property(
    "a GLB has no error and no warning for the Khronos validator, whatever the words and options",
    [
      fc.constantFrom(...words),
      fc.constantFrom("", "brass", "red glass", "wooden", "marble"),
      fc.record(
        {
          EnablePBR: fc.boolean(),
          GenerateType: fc.constantFrom("Normal", "LowPoly", "Geometry"),
          FaceCount: fc.constant(3000)
        },
        { requiredKeys: [] }
      )
    ],
    (word, material, options) =>
      Effect.promise(() => validated(bytesOf("Pro", { Prompt: `a ${material} ${word}`, ...options }))),
    { runs: 24, timeout }
  )

  it("each kind answers with a valid file of its own sort", { timeout }, async () => {
    const plain = await validated(bytesOf("Pro", undefined))
    const unfolded = await validated(bytesOf("UV", { File: link }))
    assert.isAbove(unfolded.totalVertexCount, 100)

    const apart = jsonOf(bytesOf("Part", { File: link }))
    assert.isAbove(apart.nodes.length, 3)
    await validated(bytesOf("Part", { File: link }))

    const counts = []
    for (const FaceLevel of ["high", "medium", "low"]) {
      const { totalTriangleCount } = await validated(bytesOf("SmartTopology", { File3D: glbLink, FaceLevel }))
      counts.push(totalTriangleCount)
    }
    const [high = 0, medium = 0, low = 0] = counts
    assert.isAbove(plain.totalTriangleCount, high)
    assert.isAbove(high, medium)
    assert.isAbove(medium, low)

    const [red, marble] = ["red", "white marble"].map((Prompt) => bytesOf("TextureEdit", { File3D: link, Prompt }))
    assert.notDeepEqual(red, marble)
  })

  it("a rigged figure has a skin, weights whose sum is 1, and the motion that was asked for", { timeout }, async () => {
    const still = jsonOf(bytesOf("AutoRigging", { File3D: link }))
    assert.isUndefined(still.animations)
    const bytes = bytesOf("AutoRigging", { File3D: link, MotionType: 7 })
    // The validator checks that the weights of each corner are 1 together.
    const { animationCount, maxInfluences } = await validated(bytes)
    assert.strictEqual(animationCount, 1)
    assert.strictEqual(maxInfluences, 4)
    const gltf = jsonOf(bytes)
    assert.strictEqual(gltf.skins.length, 1)
    assert.isAbove(gltf.skins[0].joints.length, 10)
  })

  it(
    "PBR adds its textures, Geometry has none, LowPoly has few faces, and FaceCount is kept",
    { timeout },
    async () => {
      const Prompt = "a rocket"
      const images = (request: Request) => jsonOf(bytesOf("Pro", request)).images?.length ?? 0
      assert.strictEqual(images({ Prompt }), 1)
      assert.strictEqual(images({ Prompt, EnablePBR: true }), 3)
      assert.strictEqual(images({ Prompt, GenerateType: "Geometry" }), 0)
      const faces = async (request: Request) => (await validated(bytesOf("Pro", request))).totalTriangleCount
      assert.isAtMost(await faces({ Prompt, FaceCount: 3000 }), 3000)
      assert.isAtMost(await faces({ Prompt, GenerateType: "LowPoly" }), 2000)
    }
  )

  it("the same order makes the same bytes, and another seed or other words make others", { timeout }, () => {
    const order = { kind: "Pro", request: { Prompt: "an unheard-of thing" }, seed: 1 }
    const first = bytesOf(order.kind, order.request, order.seed)
    // So many others that the first one is no longer kept.
    for (let seed = 2; seed < 5; seed++) assert.notDeepEqual(bytesOf(order.kind, order.request, seed), first)
    const again = buildModel(designOf(order))
    const positions = (model: typeof again) =>
      model.parts.flatMap(({ patches }) => patches.map(({ vertices }) => vertices))
    assert.deepStrictEqual(positions(buildModel(designOf(order))), positions(again))
    assert.notDeepEqual(bytesOf("Pro", { Prompt: "another thing" }, 1), first)
  })

  const keyOf = (point: Vec3) => point.map((value) => Math.round(value * 1e4)).join()
  const edgesOf = (part: Part) => {
    const edges = new Map<string, number>()
    let volume = 0
    for (const { faces, vertices } of part.patches) {
      for (const triangle of trianglesOf(faces)) {
        const corners = triangle.map((index): Vec3 => vertices[index]?.position ?? [0, 0, 0])
        const [a = [0, 0, 0], b = a, c = a] = corners
        volume += dot(a, cross(b, c)) / 6
        const keys = [keyOf(a), keyOf(b), keyOf(c)]
        if (new Set(keys).size < 3) continue
        keys.forEach((key, i) => {
          const next = keys[(i + 1) % 3]
          edges.set(`${key} ${next}`, (edges.get(`${key} ${next}`) ?? 0) + 1)
          edges.set(`${next} ${key}`, (edges.get(`${next} ${key}`) ?? 0) - 1)
        })
      }
    }
    return { open: [...edges.values()].filter((count) => count !== 0).length, volume }
  }

  it.each(words)("the parts of a %s are closed, and their faces look outwards", { timeout }, (word) => {
    const design = designOf({ kind: "Pro", request: { Prompt: word, GenerateType: "Geometry" }, seed: 3 })
    for (const part of buildModel(design).parts) {
      const { open, volume } = edgesOf(part)
      assert.strictEqual(open, 0, `${part.name} has open edges`)
      assert.isAbove(volume, 0, `${part.name} is inside out`)
    }
  })

  it("the preview is a picture of 512 pixels on which something is to be seen", { timeout }, () => {
    const bytes = bytesOf("Pro", { Prompt: "a red car" }, 0, "preview.png")
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    assert.deepStrictEqual([view.getUint32(16), view.getUint32(20)], [512, 512])
    const length = view.getUint32(33)
    const rows = unzlibSync(bytes.subarray(41, 41 + length))
    assert.strictEqual(rows.length, 512 * (512 * 3 + 1))
    assert.isAbove(new Set(rows).size, 100)
  })

  it("an OBJ is a zip of the mesh, its materials and its texture, which fit together", { timeout }, () => {
    const files = unzipSync(bytesOf("Rapid", { Prompt: "a wooden chair", ResultFormat: "OBJ" }))
    assert.deepStrictEqual(Object.keys(files).toSorted(), ["model.mtl", "model.obj", "texture.png"])
    const [obj, mtl] = ["model.obj", "model.mtl"].map((name) => strFromU8(files[name] ?? new Uint8Array()))
    assert.include(obj, "mtllib model.mtl")
    assert.include(mtl, "map_Kd texture.png")
    const used = new Set([...(obj ?? "").matchAll(/^usemtl (.+)$/gm)].map(([, name]) => name))
    for (const name of used) assert.include(mtl, `newmtl ${name}\n`)
    const count = [...(obj ?? "").matchAll(/^v /gm)].length
    const highest = Math.max(...[...(obj ?? "").matchAll(/ (\d+)\/\d+\/\d+/g)].map(([, index]) => Number(index)))
    assert.isAtMost(highest, count)
  })

  it.each([
    ["Rapid", { Prompt: "a gem", ResultFormat: "STL" }],
    ["Convert3DFormat", { File: glbLink, Format: "STL" }]
  ] as const)("an STL of %s is as long as its count of triangles says", { timeout }, (kind, request) => {
    const bytes = bytesOf(kind, request)
    const count = new DataView(bytes.buffer, bytes.byteOffset).getUint32(80, true)
    assert.isAbove(count, 0)
    assert.strictEqual(bytes.length, 84 + count * 50)
  })

  it("what the fake cannot write is a failure that names what it can", () => {
    for (const ResultFormat of ["FBX", "MP4", "USDZ", "GIF"]) {
      assert.include(failureOf("Rapid", { Prompt: "a", ResultFormat })?.message ?? "", "GLB, OBJ, STL")
    }
    for (const { name } of JobKind.all) assert.isUndefined(failureOf(name, undefined))
  })
})
