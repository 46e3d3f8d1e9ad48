/** What the code of the workbench says, whatever the request is: nothing breaks out of its quotes. */
import * as vm from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as fc from "fast-check"
import { split } from "../../src/cli/captured/shellWords.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Fake from "../../src/testing/Fake.ts"
import type { Sample } from "../../src/workbench/Api.ts"
import { samples } from "../../src/workbench/tools/samples.ts"
import { run } from "../cli/run.ts"
import { jsonText, ofSchema } from "../support/arbitraries.ts"
import { property } from "../support/property.ts"

type Request = Readonly<Record<string, Schema.Json>>

const where = { endpoint: "https://hunyuan.intl.tencentcloudapi.com", region: "ap-singapore" }

const codeOf = (name: Sample["name"], kind: JobKind.Any, request: Request) =>
  samples(kind, request, where).find((sample) => sample.name === name)?.code ?? ""

const isRequest = (value: Schema.Json): value is Request =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Any JSON object, such as a request that is not right yet. */
const anyRequest: fc.Arbitrary<Request> = jsonText({ stringUnit: "binary" }).map((text) => {
  const value: Schema.Json = JSON.parse(text)
  return { Prompt: value, ...(isRequest(value) ? value : {}) }
})

const nasty = fc.constantFrom(
  "'",
  '"',
  "\\",
  "$(touch pwned)",
  "`id`",
  "${HOME}",
  "!!",
  "\n",
  "\u202e",
  "\u2028",
  "é🐈",
  "a ",
  "-",
  "@image-0-1",
  "\u001b[2J",
  "%s"
)

const prompt = fc.array(nasty, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(""))

/** A kind, and a request of it without an image in base64, which code reads from a file. */
const acceptable = fc.constantFrom(...JobKind.all).chain((kind) =>
  fc
    .tuple(ofSchema(kind.submit.input), prompt)
    .map(([input, Prompt]) => {
      // As it is sent: without what is undefined.
      const request: Request = JSON.parse(JSON.stringify(Schema.encodeUnknownSync(kind.submit.input)(input)))
      return { kind, request: "Prompt" in request ? { ...request, Prompt } : request }
    })
    .filter(({ request }) => !JSON.stringify(request).includes('Base64":'))
)

/** The text between two others. */
const between = (code: string, before: string, after: string) => {
  const start = code.indexOf(before) + before.length
  return code.slice(start, code.indexOf(after, start))
}

/** Without prototypes of another realm. */
const same = (actual: unknown, expected: unknown) =>
  assert.deepStrictEqual(JSON.parse(JSON.stringify(actual)), JSON.parse(JSON.stringify(expected)))

describe("the code of the workbench", () => {
  property("has for curl the request in one word, which the shell does not change", [anyRequest], (request) => {
    const code = codeOf("curl", JobKind.Pro, request)
    const { words } = split(code.slice(code.indexOf("\nbody=") + 1))
    assert.deepStrictEqual(
      words.map(({ expands }) => expands),
      [false]
    )
    same(JSON.parse(words[0]?.text.slice("body=".length) ?? ""), request)
  })

  property("has for Effect the request as a literal", [anyRequest], (request) => {
    const literal = between(codeOf("effect", JobKind.Pro, request), "generate(JobKind.Pro, ", ")\n  for (const file")
    same(vm.runInNewContext(`(${literal})`), request)
  })

  property("has for the vendor's SDK on Node the request as a literal", [anyRequest], (request) => {
    const code = codeOf("sdk-node", JobKind.Pro, request)
    same(vm.runInNewContext(`(${between(code, `"${JobKind.Pro.submit.action}", `, ")\n\nlet job")})`), request)
  })

  property(
    "has no character that changes how the lines around it look",
    [fc.constantFrom("\u202e", "\u2066", "\u2028", "\u009b", "\u007f", "\u001b")],
    (character) => {
      for (const { code, name } of samples(JobKind.Pro, { Prompt: `a cat ${character}` }, where)) {
        assert.notInclude(code, character, name)
      }
    }
  )

  property(
    "is for this program a command that makes the same request",
    [acceptable],
    ({ kind, request }) =>
      Effect.gen(function* () {
        const { words } = split(codeOf("program", kind, request))
        assert.isFalse(words.some(({ expands }) => expands))
        const [program, command, ...flags] = words.map(({ text }) => text)
        assert.deepStrictEqual([program, command], ["hunyuan3d", "generate"])
        const { code, stderr } = yield* run(["submit", ...flags.slice(0, flags.indexOf("--out"))])
        assert.strictEqual(code, 0, stderr)
        const sent = yield* Fake.Fake.use((fake) => fake.requests)
        same(JSON.parse(sent.at(-1)?.body ?? ""), request)
      }).pipe(Effect.provide(Fake.layer())),
    { runs: 200 }
  )
})

describe("the images of the code", () => {
  const image = "iVBORw0KGgo="
  const request = {
    MultiViewImages: [
      { ViewType: "left", ViewImageBase64: image },
      { ViewType: "back", ViewImageUrl: "https://host.example/back.png" }
    ],
    ImageBase64: image
  }

  it("are read by this program from the same files as by the others", () => {
    const words = split(codeOf("program", JobKind.Pro, request)).words.map(({ text }) => text)
    assert.deepStrictEqual(words, [
      "hunyuan3d",
      "generate",
      "--view",
      "left=image.png",
      "--view",
      "back=https://host.example/back.png",
      "--image",
      "image-2.png",
      "--out",
      "models"
    ])
    assert.match(codeOf("curl", JobKind.Pro, request), /ImageBase64":"'"\$\(base64 < image-2\.png/)
  })

  it("are read by this program for a texture too", () => {
    const File3D = { Url: "https://host.example/model.fbx", Type: "fbx" }
    const code = codeOf("program", JobKind.TextureEdit, { File3D, Image: { Base64: image } })
    assert.include(code, "--image image.png")
    assert.notInclude(code, "Base64")
  })

  it("are checked in an Effect program by what they are for", () => {
    const code = codeOf("effect", JobKind.Pro, request)
    assert.include(code, `Image.fromFile("image.png", Hunyuan.imageLimits.view)`)
    assert.include(code, `Image.fromFile("image-2.png")`)
    assert.match(code, /import \{.*\bHunyuan\b.*\} from "effect-hunyuan3d"/)
  })
})

describe("the code for a temporary key", () => {
  it("gives its token, and has no key", () => {
    for (const name of ["curl", "sdk-node", "sdk-python"] as const) {
      assert.include(codeOf(name, JobKind.Pro, { Prompt: "a cat" }), "TENCENTCLOUD_SESSION_TOKEN", name)
    }
  })
})

it("the program and its library know no kind of one's own, so it has no code for them", () => {
  const Own = JobKind.make({ name: "Own", submit: "SubmitOwn", query: "QueryOwn", request: Schema.Struct({}) })
  assert.deepStrictEqual(
    samples(Own, {}, where).map(({ name }) => name),
    ["curl", "sdk-node", "sdk-python"]
  )
})
