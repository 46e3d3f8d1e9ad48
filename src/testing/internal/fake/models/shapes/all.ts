/** All shapes, by the words that call them. */
import { house, lighthouse } from "./buildings.ts"
import { figure } from "./figure.ts"
import { chair, lamp, table } from "./furniture.ts"
import { car, robot, rocket, sword } from "./machines.ts"
import { gem, mushroom, tree } from "./nature.ts"
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
  ["chair", chair, "chair seat armchair stool throne"],
  ["table", table, "table desk bench"],
  ["lamp", lamp, "lamp lantern"],
  ["house", house, "house home cottage hut cabin building"],
  ["lighthouse", lighthouse, "lighthouse tower"],
  ["tree", tree, "tree oak bush plant"],
  ["mushroom", mushroom, "mushroom toadstool"],
  ["gem", gem, "gem diamond emerald ruby crystal jewel"],
  ["rocket", rocket, "rocket spaceship missile"],
  ["car", car, "car automobile truck taxi vehicle"],
  ["robot", robot, "robot android droid"],
  ["sword", sword, "sword blade knife dagger"],
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
