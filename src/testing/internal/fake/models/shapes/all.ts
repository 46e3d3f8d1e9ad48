/** All shapes, by the words that call them. */
import { figure } from "./figure.ts"
import type { Shape } from "./shape.ts"
import { solid } from "./solid.ts"
import { mug, teapot, vase } from "./vessels.ts"

export { figure, teapot }

/** What is made of words that call no shape: a solid that depends on them. */
export const shapeOfNothing: Shape = solid

const shapes: ReadonlyArray<readonly [name: string, shape: Shape, words: string]> = [
  ["teapot", teapot, "teapot kettle pot"],
  ["mug", mug, "mug cup"],
  ["vase", vase, "vase amphora urn jug pitcher bottle"],
  ["figure", figure, "figure person human man woman character hero statue mannequin doll"]
]

/** The shape of the first word that calls one. */
export const findShape = (words: ReadonlyArray<string>): readonly [name: string, shape: Shape] | undefined => {
  for (const word of words) {
    const found = shapes.find(([, , called]) => called.split(" ").includes(word))
    if (found !== undefined) return [found[0], found[1]]
  }
  return undefined
}
