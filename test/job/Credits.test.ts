import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import * as Credits from "../../src/job/Credits.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import { jsonValue, key, ofSchema } from "../support/arbitraries.ts"
import { property } from "../support/property.ts"

const { AutoRigging, Convert3DFormat, Part, Pro, Rapid, SmartTopology, TextureEdit, UV } = JobKind

const Prompt = "a cat"
const ImageUrl = "https://example.com/a.png"
const view = <const ViewType extends string>(ViewType: ViewType) => ({ ViewType, ViewImageUrl: ImageUrl })
const MultiViewImages = [view("left"), view("right"), view("back")]
const fbx = { Url: "https://example.com/a.fbx", Type: "FBX" } as const
const glb = { Url: "https://example.com/a.glb", Type: "GLB" } as const

const ends = (estimate: Option.Option<Credits.Estimate>) =>
  Option.match(estimate, { onNone: () => undefined, onSome: ({ low, high }) => [low, high] })

describe("estimate", () => {
  it.each<readonly [behaviour: string, estimate: Option.Option<Credits.Estimate>, credits: number]>([
    ["Pro costs 25", Credits.estimate(Pro, { Prompt }), 25],
    ["PBR adds 10, the model nothing", Credits.estimate(Pro, { Prompt, Model: "3.1", EnablePBR: true }), 35],
    [
      "more views add 10 once, and so do PBR and a number of faces",
      Credits.estimate(Pro, { ImageUrl, MultiViewImages, EnablePBR: true, FaceCount: 100_000 }),
      55
    ],
    [
      "LowPoly costs 30, the shape of its faces nothing",
      Credits.estimate(Pro, { Prompt, GenerateType: "LowPoly", PolygonType: "quadrilateral" }),
      30
    ],
    ["Geometry costs 15", Credits.estimate(Pro, { ImageUrl, GenerateType: "Geometry" }), 15],
    [
      "Sketch costs 25, and 10 more with PBR",
      Credits.estimate(Pro, { ImageUrl, Prompt, GenerateType: "Sketch", EnablePBR: true }),
      35
    ],
    [
      "Geometry costs 10 more with a number of faces",
      Credits.estimate(Pro, { Prompt, GenerateType: "Geometry", FaceCount: 3000 }),
      25
    ],
    ["Normal costs as much as no GenerateType", Credits.estimate(Pro, { Prompt, GenerateType: "Normal" }), 25],
    ["PBR that is off adds nothing", Credits.estimate(Pro, { Prompt, EnablePBR: false }), 25],
    ["an empty list of views adds nothing", Credits.estimate(Pro, { Prompt, MultiViewImages: [] }), 25],
    [
      "a field that is there but undefined adds nothing",
      Credits.estimate(Pro, { Prompt, FaceCount: undefined, GenerateType: undefined, EnablePBR: undefined }),
      25
    ],
    ["Rapid costs 15 in every format", Credits.estimate(Rapid, { Prompt, ResultFormat: "FBX" }), 15],
    ["Rapid costs 10 more with PBR", Credits.estimate(Rapid, { Prompt, EnablePBR: true }), 25],
    ["Rapid costs as much without textures", Credits.estimate(Rapid, { Prompt, EnableGeometry: true }), 15],
    ["SmartTopology costs 50 at every level", Credits.estimate(SmartTopology, { File3D: glb, FaceLevel: "low" }), 50],
    ["UV costs 10", Credits.estimate(UV, { File: fbx }), 10],
    ["Part costs 30", Credits.estimate(Part, { File: fbx, PartSegmentationInfo: "{}" }), 30],
    ["Part costs 20 more with its post-process", Credits.estimate(Part, { File: fbx, EnablePostProcess: true }), 50],
    [
      "TextureEdit costs 30 with and without PBR",
      Credits.estimate(TextureEdit, { File3D: fbx, Prompt, EnablePBR: true }),
      30
    ],
    ["AutoRigging costs 10 with every motion", Credits.estimate(AutoRigging, { File3D: fbx, MotionType: 26 }), 10],
    ["Convert3DFormat costs 5", Credits.estimate(Convert3DFormat, { File: fbx, Format: "FBX" }), 5]
  ])("%s", (_, estimate, credits) => {
    assert.deepStrictEqual(ends(estimate), [credits, credits])
  })

  it.each<readonly [behaviour: string, estimate: Option.Option<Credits.Estimate>, low: number, high: number]>([
    ["the default number of faces, sent", Credits.estimate(Pro, { Prompt, FaceCount: 500_000 }), 25, 35],
    [
      "a number of faces with LowPoly",
      Credits.estimate(Pro, { Prompt, GenerateType: "LowPoly", FaceCount: 20_000 }),
      30,
      40
    ],
    ["PBR with Geometry", Credits.estimate(Pro, { Prompt, GenerateType: "Geometry", EnablePBR: true }), 15, 25],
    ["Part in stages", Credits.estimate(Part, { File: fbx, EnableStagedGeneration: true }), 30, 60]
  ])("has two ends where the price list leaves it open: %s", (_, estimate, low, high) => {
    assert.deepStrictEqual(ends(estimate), [low, high])
  })

  it("says what each field adds, the price, and the day of the list", () => {
    assert.deepStrictEqual(
      Option.getOrUndefined(Credits.estimate(Pro, { Prompt, EnablePBR: true, FaceCount: 500_000 })),
      {
        low: 35,
        high: 45,
        base: 25,
        surcharges: [
          { field: "EnablePBR", low: 10, high: 10 },
          { field: "FaceCount", low: 0, high: 10 }
        ],
        price: { currency: "USD", low: 0.4725, high: 0.9 },
        priceListDate: "2026-05-08"
      }
    )
  })

  it("goes by the kind's name", () => {
    assert.deepStrictEqual(ends(Credits.estimate({ ...Pro, tasksAtOnce: 10 }, { Prompt })), [25, 25])
  })

  it.each(["Sculpture", "toString", "__proto__"])("knows no price of a kind of one's own: %s", (name) => {
    const kind = JobKind.make({ name, submit: "Submit", query: "Query", request: Schema.Struct({}) })
    assert.deepStrictEqual(Credits.estimate(kind, {}), Option.none())
  })

  it("knows no price of a value that is not in the list", () => {
    const request = Schema.Struct({ GenerateType: Schema.Unknown })
    const kind = JobKind.make({ name: "Pro", submit: "Submit", query: "Query", request })
    for (const GenerateType of ["Sculpture", "toString", 1, {}]) {
      assert.deepStrictEqual(Credits.estimate(kind, { GenerateType }), Option.none())
    }
  })

  it("takes the request of the kind", () => {
    // @ts-expect-error Promt is not a field of ProRequest
    Credits.estimate(Pro, { Promt: "a cat" })
  })

  it("takes a price list of one's own", () => {
    const request = Schema.Struct({ Polish: Schema.Boolean })
    const kind = JobKind.make({ name: "Sculpture", submit: "Submit", query: "Query", request })
    const prices: Credits.PriceList = {
      date: "2027-01-01",
      perCredit: { currency: "CNY", low: 0.09, high: 0.12 },
      kinds: { Sculpture: { base: 20, surcharges: [{ field: "Polish", credits: 5 }] } }
    }
    assert.deepStrictEqual(Option.getOrUndefined(Credits.estimate(kind, { Polish: true }, prices)), {
      low: 25,
      high: 25,
      base: 20,
      surcharges: [{ field: "Polish", low: 5, high: 5 }],
      price: { currency: "CNY", low: 2.25, high: 3 },
      priceListDate: "2027-01-01"
    })
    assert.deepStrictEqual(Credits.estimate(Pro, { Prompt }, prices), Option.none())
  })
})

describe("estimate, of any request", () => {
  const fieldsOf = (request: unknown): Record<string, unknown> => ({ ...Object(request) })

  /** The fields that the price list names for a kind. */
  const pricedFields = (kind: JobKind.Any) => {
    const { base, surcharges = [] } = Credits.international.kinds[kind.name] ?? { base: 0 }
    return [...(typeof base === "number" ? [] : [base.field]), ...surcharges.map(({ field }) => field)]
  }

  const order = fc
    .constantFrom(...JobKind.all)
    .chain((kind) => fc.record({ kind: fc.constant(kind), request: ofSchema(kind.submit.input).map(fieldsOf) }))

  property("is the base and all surcharges, with the low end at the low side", [order], ({ kind, request }) => {
    const { base, low, high, price, surcharges } = Option.getOrThrow(Credits.estimate(kind, request))
    assert.strictEqual(
      surcharges.reduce((sum, surcharge) => sum + surcharge.low, base),
      low
    )
    assert.strictEqual(
      surcharges.reduce((sum, surcharge) => sum + surcharge.high, base),
      high
    )
    for (const range of [...surcharges, { low, high }, price]) assert.isAtMost(range.low, range.high)
    assert.isAbove(low, 0)
    assert.isAbove(price.low, 0)
  })

  const values = fc.constantFrom<unknown>(true, 500_000, 20_000, MultiViewImages)

  property("is never lower at either end with one more field that is charged", [order, values], (order, value) => {
    const { kind, request } = order
    for (const { field } of Credits.international.kinds[kind.name]?.surcharges ?? []) {
      const { [field]: _, ...without } = request
      const before = Option.getOrThrow(Credits.estimate(kind, without))
      const after = Option.getOrThrow(Credits.estimate(kind, { ...without, [field]: value }))
      assert.isAtLeast(after.low, before.low)
      assert.isAtLeast(after.high, before.high)
    }
  })

  property(
    "is decided by the fields of the price list alone",
    [order, fc.dictionary(key, jsonValue())],
    ({ kind, request }, unknown) => {
      const priced = pricedFields(kind)
      const isPriced = ([field]: [string, unknown]) => priced.includes(field)
      const expected = Credits.estimate(kind, request)
      const others = Object.entries(unknown).filter((entry) => !isPriced(entry))
      assert.deepStrictEqual(
        Credits.estimate(kind, Object.fromEntries(Object.entries(request).filter(isPriced))),
        expected
      )
      assert.deepStrictEqual(Credits.estimate(kind, { ...Object.fromEntries(others), ...request }), expected)
    }
  )

  property("reads no other field, and no image of the views", [order], ({ kind, request }) => {
    const priced = pricedFields(kind)
    const unreadable = (target: object, mayBeRead: (property: string | symbol) => boolean): unknown =>
      new Proxy(target, {
        get: (_, property) => {
          if (!mayBeRead(property)) throw new Error(`${String(property)} was read`)
          const value: unknown = Reflect.get(target, property)
          return Array.isArray(value) ? unreadable(value, (property) => property === "length") : value
        }
      })
    const guarded = unreadable(request, (property) => priced.some((field) => field === property))
    assert.deepStrictEqual(Credits.estimate(kind, guarded), Credits.estimate(kind, request))
  })
})

describe("format", () => {
  const formatted = (estimate: Option.Option<Credits.Estimate>) => Credits.format(Option.getOrThrow(estimate))

  it("says both ends where they differ", () => {
    assert.strictEqual(
      formatted(Credits.estimate(Pro, { Prompt, FaceCount: 500_000 })),
      "25 to 35 credits, USD 0.34 to 0.70, by the price list of 2026-05-08"
    )
  })

  it("says one number where they do not", () => {
    assert.strictEqual(
      formatted(Credits.estimate(Pro, { Prompt })),
      "25 credits, USD 0.34 to 0.50, by the price list of 2026-05-08"
    )
  })

  it("says one price and one credit", () => {
    const prices: Credits.PriceList = {
      date: "2027-01-01",
      perCredit: { currency: "CNY", low: 0.1, high: 0.1 },
      kinds: { UV: { base: 1 } }
    }
    assert.strictEqual(
      formatted(Credits.estimate(UV, { File: fbx }, prices)),
      "1 credit, CNY 0.10, by the price list of 2027-01-01"
    )
  })
})
