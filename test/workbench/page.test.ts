/** What the page works out by itself, without a browser. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as JobKind from "../../src/job/JobKind.ts"
import type { Event, JobLine } from "../../src/workbench/Api.ts"
import { differing } from "../../src/workbench/page/difference.ts"
import { draftOf, problemsOf, requestOf, viewOf, withView } from "../../src/workbench/page/form.ts"
import { duration, until } from "../../src/workbench/page/format.ts"
import { applied } from "../../src/workbench/page/known.ts"
import { linesOf } from "../../src/workbench/page/ndjson.ts"
import { canResume, stagesOf } from "../../src/workbench/page/timeline.ts"
import { kindOf } from "../../src/workbench/tools/kinds.ts"
import { property } from "../support/property.ts"

const pro = kindOf(JobKind.Pro)

describe("the form of a request", () => {
  it("leaves out what is empty, and puts each value to its place", () => {
    assert.deepStrictEqual(requestOf(pro, { Prompt: "a cat", FaceCount: "40000", EnablePBR: false, Model: "" }), {
      Prompt: "a cat",
      FaceCount: 40_000
    })
    const uv = kindOf(JobKind.UV)
    assert.deepStrictEqual(requestOf(uv, { "File.Url": "https://host.example/a.glb", "File.Type": "glb" }), {
      File: { Url: "https://host.example/a.glb", Type: "glb" }
    })
  })

  it("leaves a number that is none as it was typed, so that the server says what is wrong", () => {
    assert.deepStrictEqual(requestOf(pro, { FaceCount: "many" }), { FaceCount: "many" })
  })

  for (const kind of JobKind.all) {
    it(`shows the example of ${kind.name}, and makes it again`, () => {
      const { example, ...form } = kindOf(kind)
      assert.deepStrictEqual(requestOf({ ...form, example }, draftOf({ ...form, example }, example)), example)
    })
  }

  it("has each view once, with the image or the link that was given last, and without one that was taken away", () => {
    const one = withView(undefined, "back", "ViewImageBase64", "iVBORw0K")
    const two = withView(one, "left", "ViewImageUrl", "https://host.example/left.png")
    assert.deepStrictEqual(two, [
      { ViewType: "back", ViewImageBase64: "iVBORw0K" },
      { ViewType: "left", ViewImageUrl: "https://host.example/left.png" }
    ])
    const other = withView(two, "back", "ViewImageUrl", "https://host.example/back.png")
    assert.deepStrictEqual(viewOf(other, "back"), { ViewType: "back", ViewImageUrl: "https://host.example/back.png" })
    assert.deepStrictEqual(viewOf(other, "top"), {})
    const none = withView(withView(other, "back", "ViewImageUrl", ""), "left", "ViewImageUrl", "")
    assert.deepStrictEqual(requestOf(pro, { Prompt: "a cat", MultiViewImages: none }), { Prompt: "a cat" })
  })

  it("offers each view of the API", () => {
    const views = pro.fields.find(({ type }) => type === "views")?.values
    assert.deepStrictEqual(views, ["left", "right", "back", "top", "bottom", "left_front", "right_front"])
  })

  it("knows the problems of a field by its path, and those of what is inside it", () => {
    const problems = [{ path: "File.Url" }, { path: "Filed" }, { path: "File" }]
    assert.deepStrictEqual(problemsOf(problems, "File"), [{ path: "File.Url" }, { path: "File" }])
  })
})

const job: JobLine = {
  operation: "one",
  kind: "Pro",
  region: "ap-singapore",
  state: "waiting",
  submittedAt: 1000,
  isWatched: true,
  files: []
}

describe("the timeline of a job", () => {
  it("goes on with the time until the job is downloaded", () => {
    const labels = (job: JobLine, now: number) =>
      stagesOf(job, now).map(({ label, millis, isNow }) => [label, millis, isNow])
    assert.deepStrictEqual(labels(job, 3000), [["waits", 2000, true]])
    assert.deepStrictEqual(labels({ ...job, state: "running", runningAt: 2000 }, 5000), [
      ["waited", 1000, false],
      ["is computed", 3000, true]
    ])
    const ended = { ...job, state: "downloaded", runningAt: 2000, endedAt: 6000, downloadedAt: 6500 } as const
    assert.deepStrictEqual(labels(ended, 9000), [
      ["waited", 1000, false],
      ["computed", 4000, false],
      ["downloaded", 500, false]
    ])
  })

  it("stands still for a job that failed or was never seen to run", () => {
    assert.deepStrictEqual(stagesOf({ ...job, state: "refused" }, 9000), [])
    const failed = stagesOf({ ...job, state: "failed", runningAt: 2000, endedAt: 3000 }, 9000)
    assert.deepStrictEqual(
      failed.map(({ isNow, name }) => [name, isNow]),
      [
        ["waiting", false],
        ["running", false]
      ]
    )
  })

  it("can be resumed while nobody watches it and its files are not there", () => {
    assert.isFalse(canResume(job))
    assert.isTrue(canResume({ ...job, isWatched: false }))
    assert.isFalse(canResume({ ...job, isWatched: false, state: "downloaded" }))
  })
})

describe("the mark in a text that differs from another", () => {
  it("is on what differs, and on nothing else", () => {
    const marked = (text: string, other: string) => {
      const { from, to } = differing(text, other)
      return text.slice(from, to)
    }
    assert.strictEqual(marked("host:one.example", "host:other.example"), "ne")
    assert.strictEqual(marked("host:one", "host:one"), "")
    assert.strictEqual(marked("content-type;host", "content-type;host;x-tc-action"), "")
    assert.strictEqual(marked("content-type;host;x-tc-action", "content-type;host"), ";x-tc-action")
  })

  const text = fc.array(fc.constantFrom("a", "b", "\n"), { maxLength: 12 }).map((letters) => letters.join(""))
  property("leaves out the same of both texts", [text, text], (one, other) => {
    const rest = (text: string, { from, to }: ReturnType<typeof differing>) => [text.slice(0, from), text.slice(to)]
    assert.deepStrictEqual(rest(one, differing(one, other)), rest(other, differing(other, one)))
  })
})

describe("numbers on the page", () => {
  it("are times in two units at most", () => {
    assert.deepStrictEqual([0, 4210, 59_400, 65_000, 3_600_000 * 3 + 60_000 * 5].map(duration), [
      "0.0 s",
      "4.2 s",
      "59 s",
      "1 min 05 s",
      "3 h 05 min"
    ])
    assert.isUndefined(until(1000, 2000))
    assert.strictEqual(until(3000, 2000), "1.0 s")
  })
})

describe("the stream of events", () => {
  it("gives each line once it is whole, however the bytes are cut", async () => {
    const bytes = new TextEncoder().encode('{"a":"✓"}\n{"b":2}\n\n{"c":3}')
    for (const size of [1, 2, 5, 100]) {
      const stream = new ReadableStream<Uint8Array>({
        start: (controller) => {
          for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size))
          controller.close()
        }
      })
      const lines: Array<string> = []
      for await (const line of linesOf(stream)) lines.push(line)
      assert.deepStrictEqual(lines, ['{"a":"✓"}', '{"b":2}', '{"c":3}'])
    }
  })

  it("puts a job that changed in its place, and a new one first", () => {
    const known = { kinds: [], codes: [], jobs: [job], files: [], requests: [] }
    const event = (job: JobLine): Event => ({ _tag: "Job", job })
    assert.deepStrictEqual(
      applied(known, event({ ...job, state: "running" })).jobs.map(({ state }) => state),
      ["running"]
    )
    assert.deepStrictEqual(
      applied(known, event({ ...job, operation: "two" })).jobs.map(({ operation }) => operation),
      ["two", "one"]
    )
    assert.deepStrictEqual(applied(known, { _tag: "Forgotten", operation: "one" }).jobs, [])
  })
})
