import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as TestClock from "effect/testing/TestClock"
import * as ResultFiles from "../../../src/files/ResultFiles.ts"
import { answering, done, linkOf, locally, onFake, reasonOf, sized, withDirectory } from "../support.ts"

const open = (url: string) =>
  withDirectory((directory) =>
    ResultFiles.download(done({ url }), directory).pipe(
      Effect.as("opened"),
      Effect.catchTag("DownloadError", (error) => Effect.succeed(error.message))
    )
  ).pipe(Effect.provide(answering(() => sized("v 0 0 0"))))

const here = ["http://localhost/a", "http://[::1]:80/a", "http://127.1.2.3/a", "https://127.0.0.1/a"]

describe("a link", () => {
  it.effect("is opened over https", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* open("https://storage.example/a"), "opened")
      assert.strictEqual(yield* locally(open("https://storage.example/a")), "opened")
    })
  )

  it.effect("is not opened over http, or with a password", () =>
    Effect.gen(function* () {
      for (const url of [
        "http://storage.example/a.glb",
        "http://127.0.0.1.example/a.glb",
        "https://user:secret@storage.example/a.glb",
        "ftp://127.0.0.1/a.glb",
        "file:///etc/passwd",
        "data:model/gltf-binary,glTF",
        "//storage.example/a.glb",
        "a.glb",
        " "
      ]) {
        assert.include(yield* locally(open(url)), "it is not an https link without user name and password", url)
      }
    })
  )

  it.effect("to this machine is opened when the endpoint is on this machine too", () =>
    Effect.gen(function* () {
      for (const url of here) assert.strictEqual(yield* locally(open(url)), "opened", url)
    })
  )

  it.effect("to this machine is not opened when the endpoint is elsewhere", () =>
    Effect.gen(function* () {
      for (const url of here) {
        assert.include(
          yield* open(url),
          "it leads to this machine, but the endpoint is hunyuan.intl.tencentcloudapi.com",
          url
        )
      }
    })
  )

  it.effect("that has expired is not opened", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, requests }) {
        yield* TestClock.adjust("27 hours")
        const error = yield* Effect.flip(ResultFiles.download(job, directory))
        assert.strictEqual(reasonOf(error), "LinkExpired")
        assert.isFalse(error.isRetryable)
        assert.match(error.message, /^1375367755519696896-glb: The link expired 3h ago\. Query the job again/)
        assert.lengthOf(yield* requests, 0)
      })
    )
  )

  it.effect("of a preview expires by itself", () =>
    onFake(
      Effect.fnUntraced(function* ({ directory, requests }) {
        yield* TestClock.adjust("2 hours")
        const job = done({
          url: "https://a.example/a?q-sign-time=0%3B3600",
          previewUrl: "https://a.example/p?q-sign-time=0%3B86400"
        })
        const error = yield* Effect.flip(ResultFiles.download(job, directory, { previews: true }))
        assert.include(error.message, "-file: The link expired 1h ago")
        assert.lengthOf(yield* requests, 1)
      })
    )
  )

  it.effect("has expired when the storage says so", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory, requests }) {
        // The storage reads this as an end too, but the library does not.
        const url = linkOf(job).replaceAll("q-sign-time", "Q-SIGN-TIME")
        yield* TestClock.adjust("27 hours")
        const error = yield* Effect.flip(ResultFiles.download(done({ url }), directory))
        assert.strictEqual(reasonOf(error), "LinkExpired")
        assert.isAtMost((yield* requests).length, 1)
      })
    )
  )
})
