/** A model as it is written and shown: parts laid out in one picture, what they are made of, and a skeleton for some. */
import type { Part } from "./mesh.ts"
import type { Surface } from "./surface.ts"
import type { Textures } from "./texture.ts"
import type { Vec3 } from "./vector.ts"

export interface Model {
  readonly name: string
  readonly parts: ReadonlyArray<Part>
  readonly surfaces: Readonly<Record<string, Surface>>
  /** None for bare geometry. */
  readonly textures: Textures | undefined
  /** Whether each part is an object of its own. */
  readonly isTakenApart: boolean
  readonly rig: Rig | undefined
}

/** A bone turns about its joint, and takes along what hangs on it. */
export interface Bone {
  readonly name: string
  readonly parent: string | undefined
  readonly joint: Vec3
  /** Where it ends. */
  readonly tip: Vec3
}

export interface Rig {
  readonly bones: ReadonlyArray<Bone>
  /** Turns of bones over a time in seconds, as quaternions at equal distances, the last one as the first. */
  readonly motion:
    | {
        readonly name: string
        readonly seconds: number
        readonly turns: ReadonlyMap<string, ReadonlyArray<readonly [number, number, number, number]>>
      }
    | undefined
}
