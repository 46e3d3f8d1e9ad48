/**
 * All checks of `hunyuan3d doctor`, one after the other. Each group of them is a module beside this one; what an answer of
 * the service means is the table in `answers.ts`.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Result from "effect/Result"
import * as Credentials from "../../cloud/Credentials.ts"
import type * as Endpoint from "../../cloud/Endpoint.ts"
import * as Policy from "../../cloud/Policy.ts"
import { Attempts } from "../attempts.ts"
import { credentials } from "../credentials.ts"
import { Network } from "../network.ts"
import type { Connection } from "../options.ts"
import { printable } from "../print.ts"
import { type Check, unsure } from "./check.ts"
import { clock } from "./clock.ts"
import { installation } from "./installation.ts"
import { environment, files, key } from "./key.ts"
import { probe } from "./probe.ts"
import * as route from "./route.ts"
import { state } from "./state.ts"

interface Flags extends Omit<Connection, "transport"> {
  readonly checkApi: boolean
}

const notQueried = (found: string, advice: string) => ({ checks: [unsure("api", found, advice)], exchange: undefined })

/** Queries the service over the network, with the retries that each command has. */
const queryApi = Effect.fnUntraced(function* (
  { requestTimeout }: Flags,
  endpoint: Endpoint.Options,
  service: Credentials.Credentials["Service"],
  credential: Credentials.Credential
) {
  const policy = yield* Attempts.use((attempts) => attempts.policy(requestTimeout))
  const client = yield* Network.use(({ client }) => Layer.build(client))
  return yield* probe(endpoint, credential).pipe(
    Effect.provideService(Credentials.Credentials, service),
    Effect.provideService(Policy.Policy, policy),
    Effect.provide(client)
  )
})

export const examine = Effect.fnUntraced(function* (flags: Flags, endpoint: Endpoint.Options) {
  const service = yield* Effect.result(
    Effect.map(Layer.build(credentials(flags)), (context) => Context.get(context, Credentials.Credentials))
    // What it would warn of is said by the checks.
  ).pipe(Effect.provideService(References.MinimumLogLevel, "None"))
  const got = yield* Effect.result(Effect.flatMap(Effect.fromResult(service), ({ get }) => get))
  const now = yield* DateTime.now
  const { checks, exchange } = !flags.checkApi
    ? { checks: [], exchange: undefined }
    : Result.isFailure(service) || Result.isFailure(got)
      ? notQueried("Nothing was sent, since there is no key", "See what is said of the key.")
      : yield* Effect.orElseSucceed(queryApi(flags, endpoint, service.success, got.success), () =>
          notQueried("Nothing was sent, since the proxy cannot be used", "See what is said of the proxy.")
        )
  const all: ReadonlyArray<Check> = [
    ...(yield* installation),
    yield* environment,
    key(got, now),
    yield* files,
    clock(exchange?.receivedAt ?? now, exchange?.served),
    yield* route.proxy,
    route.endpoint(endpoint),
    yield* route.region(endpoint),
    ...(yield* state),
    ...checks
  ]
  return all.map(inOneLine)
}, Effect.scoped)

/** Much of it comes from outside, and goes to scripts as well. */
const inOneLine = ({ advice, found, ...check }: Check): Check => ({
  ...check,
  found: printable(found),
  ...(advice === undefined ? {} : { advice: printable(advice) })
})
