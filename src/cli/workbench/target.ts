/** Whom the workbench talks to: by its flags, or by whether there is a key. */
import * as Effect from "effect/Effect"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as Option from "effect/Option"
import type * as Endpoint from "../../cloud/Endpoint.ts"
import { isLoopback } from "../../internal/transport.ts"
import * as Hunyuan from "../../job/Hunyuan.ts"
import * as FakeAdmin from "../../testing/FakeAdmin.ts"
import { network } from "../connection.ts"
import { credential } from "../credentials.ts"
import { usage } from "../failure.ts"
import { printNote } from "../print.ts"
import { unlessJson } from "../report.ts"
import type { WorkbenchFlags } from "./flags.ts"

export interface Target {
  readonly transport: string
  readonly target: "fake" | "serve" | "live" | "replay"
  readonly url: string
}

/** Whether `serve` listens there. */
const isServe = (baseUrl: string) =>
  HttpApiClient.make(FakeAdmin.Api, { baseUrl }).pipe(
    Effect.flatMap(({ fake }) => fake.health()),
    Effect.timeout("2 seconds"),
    Effect.provide(network),
    Effect.match({ onFailure: () => false, onSuccess: () => true })
  )

/** The transport that the flags name; without, the real service if there is a key, and the fake if there is none. */
const transportOf = Effect.fnUntraced(function* (flags: WorkbenchFlags) {
  if (Option.isSome(flags.transport)) return flags.transport.value
  const key = yield* Effect.option(credential(flags))
  if (Option.isSome(key) || Option.isSome(flags.endpoint)) return "live"
  yield* unlessJson(
    printNote("No key was found, so this is the in-memory fake: nothing to pay. With a key: hunyuan3d doctor")
  )
  return "fake"
})

export const targetOf = Effect.fnUntraced(function* (flags: WorkbenchFlags, endpoint: Endpoint.Options) {
  const transport = yield* transportOf(flags)
  const host = endpoint.host ?? Hunyuan.product.host
  const url = `${endpoint.protocol}://${host}`
  const target = ((): Target["target"] | undefined => {
    if (transport === "fake" || transport === "live") return transport
    return transport.startsWith("replay:") ? "replay" : undefined
  })()
  if (target === undefined) {
    return yield* usage(`--transport cannot be "${transport}". Give live, fake or replay:FILE.`)
  }
  const isFake = target === "live" && isLoopback(host) && (yield* isServe(url))
  return { transport, target: isFake ? "serve" : target, url } satisfies Target
})
