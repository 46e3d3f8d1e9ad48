/**
 * Flags that shells complete: file names, directories, and values in either case.
 *
 * **Gotchas**
 *
 * - Effect's `Flag.File` and `Flag.Directory` make the path absolute and look whether
 *   it exists. Here it stays as it was typed: it may be `-` or a link, and it appears
 *   in messages.
 * - Effect's `Flag.Literals` takes one spelling only.
 */
import * as Flag from "effect/cli/Flag"
import * as Param from "effect/cli/Param"
import * as Primitive from "effect/cli/Primitive"
import * as Effect from "effect/Effect"

const make = <A>(name: string, typeName: string, primitiveType: Primitive.Primitive<A>) =>
  Param.makeSingle({ kind: Param.flagKind, name, typeName, primitiveType })

const path = <A>(primitive: Primitive.Primitive<A>, pathType: Primitive.PathType) => ({
  ...primitive,
  _tag: "Path",
  pathType
})

/** A file, or what stands in its place. */
export const file = (name: string): Flag.Flag<string> => make(name, "FILE", path(Primitive.String, "file"))

export const directory = (name: string): Flag.Flag<string> =>
  make(name, "DIRECTORY", path(Primitive.String, "directory"))

/** The same primitive, which says what it expects in words of our own. */
const expecting = <A>(primitive: Primitive.Primitive<A>, expected: string): Primitive.Primitive<A> => ({
  ...primitive,
  parse: (value) => Effect.mapError(primitive.parse(value), () => expected)
})

/** `NAME=FILE`, once or more. */
export const namedFiles = (name: string): Flag.Flag<ReadonlyArray<readonly [string, string]>> => {
  const primitive = expecting(Primitive.KeyValuePair, "NAME=FILE, such as left=teapot.png")
  return Param.map(Param.variadic(make(name, "NAME=FILE", path(primitive, "file")), { min: 1 }), (given) =>
    given.flatMap(Object.entries<string>)
  )
}

export const whole = (name: string): Flag.Flag<number> =>
  make(name, "N", expecting(Primitive.Int, "a whole number, such as 5000"))

/** One of several values, in either case. */
export const choice = <A>(
  name: string,
  typeName: string,
  choices: ReadonlyArray<readonly [string, A]>
): Flag.Flag<A> => {
  const primitive = Primitive.Choice(choices)
  const spelled = new Map(choices.map(([key]) => [key.toLowerCase(), key]))
  return make(name, typeName, {
    ...primitive,
    parse: (value) => primitive.parse(spelled.get(value.toLowerCase()) ?? value)
  })
}

/** A text for which some values are proposed. */
export const proposed = (name: string, typeName: string, choiceKeys: ReadonlyArray<string>): Flag.Flag<string> => {
  const primitive = { ...Primitive.String, _tag: "Choice", choiceKeys }
  return make(name, typeName, primitive)
}

export const port = (name: string): Flag.Flag<number> =>
  Flag.Int(name).pipe(
    Flag.filter(
      (port) => port >= 0 && port < 65_536,
      () => "a port, 0 to 65535"
    )
  )
