/** What a shape is: parts, and what they are made of unless the words say otherwise. */
import type { Part, Patch } from "../mesh.ts"
import type { Primitives } from "../primitives.ts"
import type { Random } from "../random.ts"
import type { Surface } from "../surface.ts"
import type { Vec2 } from "../vector.ts"

interface Tools {
  readonly solid: Primitives
  /** Draws the same for the same request and seed. */
  readonly random: Random
}

export interface Shape {
  /** `main` is what words of colour and material are about, and `accent` what goes with it. */
  readonly surfaces: Readonly<Record<string, Surface>> & { readonly main: Surface }
  readonly make: (tools: Tools) => ReadonlyArray<Part>
}

/** Points of an outline, each as two numbers, with commas between them. */
export const points = (text: string): ReadonlyArray<Vec2> =>
  text.split(", ").map((point): Vec2 => {
    const [x = 0, y = 0] = point.split(" ").map(Number)
    return [x, y]
  })

export const part = (name: string, surface: string, ...patches: ReadonlyArray<ReadonlyArray<Patch>>): Part => ({
  name,
  surface,
  patches: patches.flat()
})
