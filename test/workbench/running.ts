/** The command `workbench` in process, on a real socket of loopback, in a folder of its own. */
import { request } from "node:http"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Effect, FileSystem, Schedule } from "effect"
import { Network } from "../../src/cli/network.ts"
import * as NodeNetwork from "../../src/cli/nodeNetwork.ts"
import { answering, start } from "../cli/run.ts"

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | Array<string> | undefined>>
  readonly body: string
}

interface Options {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Stops to read after so many milliseconds, for an answer that does not end. */
  readonly during?: number
}

/** A request with the headers and the path exactly as they are given, as no browser would send it. */
const send = (port: number, path: string, { body, during, headers = {}, method = "GET" }: Options) =>
  Effect.promise(
    () =>
      new Promise<Answer>((resolve, reject) => {
        const sent = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
          const parts: Array<Buffer> = []
          const end = () => {
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: Buffer.concat(parts).toString("latin1")
            })
            sent.destroy()
          }
          response.on("data", (part: Buffer) => parts.push(part))
          response.on("end", end)
          response.on("error", reject)
          if (during !== undefined) setTimeout(end, during)
        })
        sent.on("error", reject)
        sent.end(body)
      })
  )

/** Starts the workbench on the fake. `get` and `post` have the token, `send` has what it is given. */
export const running = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.realPath(yield* fs.makeTempDirectoryScoped())
  const out = `${folder}/models`
  const { server } = yield* Network
  const workbench = yield* start(["workbench", "--transport", "fake", "--out", out, "--no-open"], { listen: server })
  const url = yield* Effect.sync(() =>
    /^http:\/\/127\.0\.0\.1:(\d+)\/#token=(\S+)\n/.exec(workbench.printed().stdout)
  ).pipe(Effect.repeat({ until: (match) => match !== null, schedule: Schedule.spaced("20 millis") }))
  const port = Number(url?.[1])
  const token = url?.[2] ?? ""
  const authorization = { host: `127.0.0.1:${port}`, authorization: `Bearer ${token}` }
  const get = (path: string, options: Options = {}) =>
    send(port, path, { ...options, headers: { ...authorization, ...options.headers } })
  return {
    workbench,
    folder,
    out,
    port,
    token,
    get,
    post: (path: string, payload: unknown, options: Options = {}) =>
      get(path, {
        ...options,
        method: "POST",
        headers: { "content-type": "application/json", ...options.headers },
        body: JSON.stringify(payload)
      }),
    send: (path: string, options: Options = {}) => send(port, path, options)
  }
})

export const provided = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  self.pipe(Effect.provide([NodeNetwork.layer, NodeFileSystem.layer, answering({})]))
