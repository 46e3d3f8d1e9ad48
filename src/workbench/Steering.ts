/**
 * Steers the fake, wherever it is: in this process, behind `serve`, or nowhere.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { Fake } from "../testing/Fake.ts"
import * as FakeAdmin from "../testing/FakeAdmin.ts"

type Answers = Effect.Success<typeof FakeAdmin.answers>

/** The same call, which fails where there is no fake. */
type Call<Answer> = Answer extends (...args: infer Args) => Effect.Effect<infer A, infer E>
  ? (...args: Args) => Effect.Effect<A extends ReadonlyArray<infer B> ? ReadonlyArray<B> : A, E | FakeAdmin.NotTheFake>
  : never

export class Steering extends Context.Service<
  Steering,
  { readonly [Name in Exclude<keyof Answers, "state">]: Call<Answers[Name]> } & {
    readonly state: () => Effect.Effect<Schema.Json, FakeAdmin.NotTheFake>
  }
>()("effect-hunyuan3d/workbench/Steering") {}

/** The fake of this process. */
export const layerFake: Layer.Layer<Steering, never, Fake> = Layer.effect(Steering, FakeAdmin.answers)

const notThere = new FakeAdmin.NotTheFake({
  message: "The server does not answer as hunyuan3d serve does. Look whether it still runs, and start it again."
})

type Own = FakeAdmin.NoSuchJob | FakeAdmin.InvalidState | FakeAdmin.NotTheFake

/** What the other server said, or that it said nothing of this kind. */
const itsOwn = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, Extract<E, Own> | FakeAdmin.NotTheFake, R> => {
  const isOwn = (error: E): error is Extract<E, Own> =>
    error instanceof FakeAdmin.NoSuchJob ||
    error instanceof FakeAdmin.InvalidState ||
    error instanceof FakeAdmin.NotTheFake
  return Effect.mapError(self, (error) => (isOwn(error) ? error : notThere))
}

const isJson = Schema.is(Schema.Json)

const failingOf = ({
  rate,
  ...reason
}: {
  readonly code: string
  readonly message: string
  readonly rate?: number | undefined
}) => (rate === undefined ? reason : { ...reason, rate })

/** The fake behind `serve`. */
export const layerServe = (baseUrl: string): Layer.Layer<Steering, never, HttpClient.HttpClient> =>
  Layer.effect(
    Steering,
    Effect.map(HttpApiClient.make(FakeAdmin.Api, { baseUrl }), ({ fake }) => ({
      health: () => itsOwn(fake.health()),
      jobs: () => itsOwn(fake.jobs()),
      complete: ({ params }) => itsOwn(fake.complete({ params })),
      fail: ({ params, payload }) => itsOwn(fake.fail({ params, payload })),
      faults: ({ payload }) => itsOwn(fake.faults({ payload })),
      failing: ({ payload }) => itsOwn(fake.failing({ payload: payload && failingOf(payload) })),
      clock: () => itsOwn(fake.clock()),
      setClock: ({ payload }) => itsOwn(fake.setClock({ payload })),
      requests: () => itsOwn(fake.requests()),
      reset: ({ payload }) => itsOwn(fake.reset({ payload })),
      state: () => itsOwn(fake.state()),
      setState: ({ payload }) =>
        isJson(payload)
          ? itsOwn(fake.setState({ payload }))
          : Effect.fail(new FakeAdmin.InvalidState({ message: "The state is not JSON." }))
    }))
  )

const none = () =>
  Effect.fail(
    new FakeAdmin.NotTheFake({
      message: "There is no fake to steer: the workbench talks to another endpoint. Start it with --transport fake."
    })
  )

/** No fake. */
export const layerNone: Layer.Layer<Steering> = Layer.succeed(Steering, {
  health: none,
  jobs: none,
  complete: none,
  fail: none,
  faults: none,
  failing: none,
  clock: none,
  setClock: none,
  requests: none,
  reset: none,
  state: none,
  setState: none
})
