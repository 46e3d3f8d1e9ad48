import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, FileSystem, Redacted, Schedule } from "effect"
import * as Fake from "../../src/testing/Fake.ts"
import { type Answer, provided, running } from "./running.ts"

const protectedBy = {
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}

const assertProtected = ({ headers }: Answer) => {
  for (const [name, value] of Object.entries(protectedBy)) assert.strictEqual(headers[name], value)
  assert.match(
    String(headers["content-security-policy"]),
    /^default-src 'none'; script-src 'self';.* frame-ancestors 'none'$/
  )
  assert.isUndefined(headers["access-control-allow-origin"])
}

const submission = { kind: "Pro", request: { Prompt: "a brass teapot" }, operation: "op-1" }

describe("the server of the workbench", () => {
  it.live("answers only to the two names of its own address, whatever else leads there", () =>
    Effect.gen(function* () {
      const { get, port, send } = yield* running
      assert.strictEqual((yield* get("/api/about")).status, 200)
      assert.strictEqual((yield* get("/api/about", { headers: { host: `localhost:${port}` } })).status, 200)
      for (const host of [
        "evil.example",
        `evil.example:${port}`,
        `127.0.0.1.evil.example:${port}`,
        `localhost.evil.example:${port}`,
        `evil.example:80@127.0.0.1:${port}`,
        "127.0.0.1",
        "localhost",
        `127.0.0.1:${port + 1}`,
        `127.1:${port}`,
        `0.0.0.0:${port}`,
        `[::1]:${port}`,
        `2130706433:${port}`,
        `LOCALHOST.:${port}`,
        `127.0.0.1:${port}, evil.example`,
        `127.0.0.1:0${port}`
      ]) {
        const answer = yield* get("/api/about", { headers: { host } })
        assert.include([400, 403], answer.status, host)
        assert.notInclude(answer.body, "folder", host)
        assert.strictEqual((yield* send("/", { headers: { host } })).status, 403, host)
      }
    }).pipe(provided)
  )

  it.live("refuses pages of other origins and of other sites, but for a link that leads to the workbench", () =>
    Effect.gen(function* () {
      const { get, port } = yield* running
      for (const origin of [
        "http://evil.example",
        "null",
        `https://127.0.0.1:${port}`,
        `http://127.0.0.1:${port + 1}`
      ]) {
        assert.strictEqual((yield* get("/api/about", { headers: { origin } })).status, 403, origin)
        assert.strictEqual((yield* get("/", { headers: { origin } })).status, 403, origin)
      }
      assert.strictEqual((yield* get("/api/about", { headers: { origin: `http://127.0.0.1:${port}` } })).status, 200)
      const foreign = (mode: string, dest: string) => ({
        headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": mode, "sec-fetch-dest": dest }
      })
      assert.strictEqual((yield* get("/main.js", foreign("no-cors", "script"))).status, 403)
      assert.strictEqual((yield* get("/", foreign("navigate", "iframe"))).status, 403)
      assert.strictEqual((yield* get("/api/about", foreign("navigate", "document"))).status, 403)
      assert.notStrictEqual((yield* get("/", foreign("navigate", "document"))).status, 403)
    }).pipe(provided)
  )

  it.live("needs its token in the header, and takes it from nowhere else", () =>
    Effect.gen(function* () {
      const { port, send, token } = yield* running
      const host = `127.0.0.1:${port}`
      for (const headers of [
        {},
        { authorization: "" },
        { authorization: "Bearer " },
        { authorization: `Bearer ${token}x` },
        { authorization: `Bearer ${token.slice(1)}` },
        { authorization: token },
        { authorization: `Basic ${token}` },
        { cookie: `token=${token}` }
      ]) {
        for (const path of [
          "/api/about",
          `/api/about?token=${token}`,
          "/api/jobs",
          "/api/bytes?path=a.glb",
          "/__fake/health"
        ]) {
          const answer = yield* send(path, { headers: { host, ...headers } })
          assert.strictEqual(answer.status, 401, path)
          assertProtected(answer)
          assert.notInclude(answer.body, token)
        }
      }
    }).pipe(provided)
  )

  it.live("submits nothing for a form, plain text or a preflight of another page", () =>
    Effect.gen(function* () {
      const { get, port, send } = yield* running
      const host = `127.0.0.1:${port}`
      const body = JSON.stringify(submission)
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
        const headers = { host, "content-type": type }
        const simple = yield* send("/api/jobs", { method: "POST", headers, body })
        assert.include([401, 415], simple.status)
        const foreign = { ...headers, origin: "http://evil.example", "sec-fetch-site": "cross-site" }
        assert.strictEqual((yield* send("/api/jobs", { method: "POST", headers: foreign, body })).status, 403)
      }
      const preflight = yield* send("/api/jobs", {
        method: "OPTIONS",
        headers: { host, origin: "http://evil.example", "access-control-request-method": "POST" }
      })
      assert.strictEqual(preflight.status, 403)
      assertProtected(preflight)
      assert.strictEqual((yield* get("/api/jobs")).body, "[]")
    }).pipe(provided)
  )

  it.live("says on every answer that only its own page may use it", () =>
    Effect.gen(function* () {
      const { get, port, post, send } = yield* running
      assertProtected(yield* get("/"))
      assertProtected(yield* get("/nothing"))
      assertProtected(yield* get("/openapi.json"))
      assertProtected(yield* get("/api/jobs"))
      assertProtected(yield* post("/api/jobs", { no: "submission" }))
      assertProtected(yield* get("/api/bytes?path=../secret.glb"))
      assertProtected(yield* send("/", { headers: { host: "evil.example" } }))
      const large = yield* get("/api/compare", {
        method: "POST",
        headers: { "content-type": "application/json", "content-length": `${13 * 1024 * 1024}`, connection: "close" },
        body: "{"
      })
      assert.strictEqual(large.status, 413)
      assertProtected(large)
      assert.strictEqual((yield* send("/", { headers: { host: `127.0.0.1:${port}` }, method: "TRACE" })).status, 404)
    }).pipe(provided)
  )

  it.live("gives no file of outside the folder, whatever its name or a link says", () =>
    Effect.gen(function* () {
      const { folder, get, out } = yield* running
      const fs = yield* FileSystem.FileSystem
      yield* fs.writeFileString(`${folder}/secret.glb`, "a secret")
      yield* fs.writeFileString(`${out}/notes.txt`, "a secret")
      yield* fs.writeFileString(`${out}/.hidden.glb`, "a secret")
      yield* fs.writeFileString(`${out}/model.stl`, "solid model\nendsolid")
      yield* fs.symlink(`${folder}/secret.glb`, `${out}/link.glb`)
      yield* fs.symlink(folder, `${out}/up`)
      yield* fs.symlink(`${out}/notes.txt`, `${out}/notes.glb`)
      assert.strictEqual((yield* get("/api/bytes?path=model.stl")).status, 200)
      for (const place of [
        "",
        ".",
        "..",
        "../secret.glb",
        "./../secret.glb",
        "x/../../secret.glb",
        "..%2fsecret.glb",
        "%2e%2e/secret.glb",
        "....//secret.glb",
        "..\\secret.glb",
        `${folder}/secret.glb`,
        `file://${folder}/secret.glb`,
        "link.glb",
        "up/secret.glb",
        "notes.glb",
        "notes.txt",
        ".hidden.glb",
        "model.stl\0.glb",
        "../secret.glb\0",
        "C:secret.glb",
        "C:\\secret.glb",
        "\\\\host\\share\\secret.glb",
        "model.stl:stream.glb",
        "model.stl/",
        "/model.stl",
        "con.glb",
        "x".repeat(5000)
      ]) {
        for (const call of ["bytes", "facts"]) {
          const answer = yield* get(`/api/${call}?path=${encodeURIComponent(place)}`)
          assert.strictEqual(answer.status, 404, JSON.stringify(place))
          assert.notInclude(answer.body, "a secret")
        }
      }
      assert.deepStrictEqual(
        JSON.parse((yield* get("/api/files")).body).map(({ path }: { path: string }) => path),
        ["model.stl"]
      )
      for (const path of [
        "/../secret.glb",
        "/%2e%2e/secret.glb",
        "/main.js/../../secret.glb",
        "//secret.glb",
        "/.git/config"
      ]) {
        assert.strictEqual((yield* get(path)).status, 404, path)
      }
    }).pipe(provided)
  )

  it.live("tells neither key, token nor the query of a link, whatever it answers in a whole run", () =>
    Effect.gen(function* () {
      const { get, post, token } = yield* running
      const events = yield* Effect.forkChild(get("/api/events", { during: 12_000 }))
      const job = JSON.parse((yield* post("/api/jobs", submission)).body)
      assert.strictEqual(job.kind, "Pro")
      const jobs = yield* get("/api/jobs").pipe(
        Effect.repeat({
          until: ({ body }) => JSON.parse(body)[0]?.state === "downloaded",
          schedule: Schedule.spaced("200 millis")
        })
      )
      const [{ files }] = JSON.parse(jobs.body)
      assert.isAtLeast(files.length, 2)
      const paths = [
        "about",
        "kinds",
        "codes",
        "files",
        "jobs",
        "requests",
        `facts?path=${encodeURIComponent(files[0].path)}`
      ]
      const answers = [
        ...(yield* Effect.forEach(paths, (path) => get(`/api/${path}`))),
        ...(yield* Effect.forEach(["health", "jobs", "requests", "clock"], (path) => get(`/__fake/${path}`))),
        yield* get("/openapi.json"),
        yield* get("/")
      ]
      const heard = yield* Fiber.join(events)
      assert.include(heard.body, '"_tag":"Request"')
      for (const { body, headers } of [...answers, heard]) {
        const all = JSON.stringify(headers) + body
        assert.notInclude(all, Redacted.value(Fake.credential.secretKey))
        assert.notInclude(all, token)
        assert.notMatch(all, /q-sign|q-ak|Signature=[0-9a-f]{8}/)
      }
      assert.include(answers[5]?.body, "SubmitHunyuanTo3DProJob")
    }).pipe(provided)
  )
})
