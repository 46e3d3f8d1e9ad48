/**
 * Serves the page: its built files, read when they are asked for, compressed where the browser takes that. The page
 * loads parts of itself, such as three.js, as chunks when they are needed.
 */
import { promisify } from "node:util"
import { gzip } from "node:zlib"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import { Setup } from "./Setup.ts"

const compress = promisify(gzip)

const files = [
  { route: "/", name: "index.html", contentType: "text/html; charset=utf-8" },
  { route: "/main.js", name: "main.js", contentType: "text/javascript; charset=utf-8" },
  { route: "/main.css", name: "main.css", contentType: "text/css; charset=utf-8" }
] as const

/** As esbuild names them, and no other file. */
const chunk = /^[\w-]+\.js$/

const notBuilt = HttpServerResponse.text(
  "The page is not built. In a checkout of the sources, run: npm run build:page\n",
  { status: 503 }
)

const notThere = HttpServerResponse.text("The page has no such part. Load it again.\n", { status: 404 })

/** The file, and its compressed form, which is made again when the file changes. */
const makeRead = Effect.gen(function* () {
  const { page } = yield* Setup
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const kept = new Map<string, { readonly version: string; readonly bytes: Uint8Array; readonly small: Uint8Array }>()
  return Effect.fnUntraced(function* (name: string) {
    const file = path.join(page, name)
    const { mtime, size } = yield* fs.stat(file)
    const version = `${Option.getOrUndefined(mtime)?.getTime()} ${size}`
    const before = kept.get(name)
    if (before?.version === version) return before
    const bytes = yield* fs.readFile(file)
    const now = { version, bytes, small: new Uint8Array(yield* Effect.promise(() => compress(bytes))) }
    kept.set(name, now)
    return now
  })
})

const takesGzip = (accepted: string | undefined) => /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(accepted ?? "")

export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter | Setup | FileSystem.FileSystem | Path.Path> =
  HttpRouter.use((router) =>
    Effect.gen(function* () {
      const read = yield* makeRead
      const answer = Effect.fnUntraced(function* (name: string, contentType: string) {
        const { headers } = yield* HttpServerRequest.HttpServerRequest
        const { bytes, small } = yield* read(name)
        const isSmall = takesGzip(headers["accept-encoding"])
        return HttpServerResponse.uint8Array(isSmall ? small : bytes, {
          contentType,
          headers: { vary: "accept-encoding", ...(isSmall ? { "content-encoding": "gzip" } : {}) }
        })
      })
      for (const { contentType, name, route } of files) {
        yield* router.add(
          "GET",
          route,
          Effect.orElseSucceed(answer(name, contentType), () => notBuilt)
        )
      }
      const answerChunk = Effect.gen(function* () {
        const { name = "" } = yield* HttpRouter.params
        if (!chunk.test(name)) return notThere
        return yield* answer(`chunks/${name}`, "text/javascript; charset=utf-8")
      })
      yield* router.add(
        "GET",
        "/chunks/:name",
        Effect.orElseSucceed(answerChunk, () => notThere)
      )
    })
  )
