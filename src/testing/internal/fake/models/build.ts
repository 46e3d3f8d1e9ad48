/** Makes the model of a design. */
import { layOut } from "./atlas.ts"
import type { Design } from "./design.ts"
import { countTriangles, facet, type Part } from "./mesh.ts"
import type { Model } from "./model.ts"
import { makePrimitives } from "./primitives.ts"
import { makeRandom } from "./random.ts"
import { rigOf } from "./rig.ts"
import { paint } from "./texture.ts"

/** Pixels of each side of a texture. */
const textureSize = 512

const partsOf = ({ isFaceted, seed, shape }: Design, detail: number): ReadonlyArray<Part> => {
  // The same chance at every detail, so that fewer faces are fewer faces of the same thing.
  const parts = shape.make({ solid: makePrimitives(detail), random: makeRandom(seed) })
  return isFaceted ? parts.map((part) => ({ ...part, patches: facet(part.patches) })) : parts
}

/** Coarser until it has no more triangles than it may. */
const fitted = (design: Design): ReadonlyArray<Part> => {
  for (let detail = design.detail; detail > 0.2; detail *= 0.85) {
    const parts = partsOf(design, detail)
    if (countTriangles(parts) <= design.maxTriangles) return parts
  }
  return partsOf(design, 0.2)
}

export const buildModel = (design: Design): Model => {
  const parts = layOut(fitted(design), textureSize)
  return {
    name: design.name,
    parts,
    surfaces: design.surfaces,
    textures: design.isBare ? undefined : paint(parts, design.surfaces, textureSize, design.isPbr),
    isTakenApart: design.isTakenApart,
    rig: design.motion === undefined ? undefined : rigOf(design.motion)
  }
}
