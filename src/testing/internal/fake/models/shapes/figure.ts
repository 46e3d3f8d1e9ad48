/** A jointed figure in a T-pose, around the bones of `rig.ts`. */
import { translate } from "../mesh.ts"
import { curve } from "../primitives.ts"
import { bones } from "../rig.ts"
import { rgb, surface } from "../surface.ts"
import { mix, type Vec2 } from "../vector.ts"
import { part, type Shape } from "./shape.ts"

/** How thick the limb around a bone is, at its joint and at its tip. */
const thickness = (name: string): Vec2 => {
  if (name.endsWith("upper-arm")) return [0.155, 0.115]
  if (name.endsWith("lower-arm")) return [0.12, 0.085]
  if (name.endsWith("hand")) return [0.1, 0.07]
  if (name.endsWith("upper-leg")) return [0.215, 0.15]
  if (name.endsWith("lower-leg")) return [0.155, 0.1]
  return [0.11, 0.12]
}

export const figure: Shape = {
  surfaces: {
    main: surface(rgb("d8b98a"), { accent: rgb("b08a58"), roughness: 0.5, pattern: "wood" }),
    joints: surface(rgb("8a5f3a"), { accent: rgb("5d3d22"), roughness: 0.5, pattern: "wood" })
  },
  make: ({ solid }) => {
    const limbs = bones.filter(({ name }) => name.includes("-"))
    const torso = curve([
      [0, 1.56, 0],
      [0, 1.75, 0],
      [0, 2.05, 0],
      [0, 2.45, 0.01],
      [0, 2.72, 0]
    ])
    const waist = curve([
      [0.27, 0.17, 0],
      [0.31, 0.2, 0],
      [0.24, 0.16, 0],
      [0.36, 0.2, 0],
      [0.2, 0.13, 0]
    ])
    return [
      part(
        "torso",
        "main",
        solid.tube(
          torso,
          (t) => {
            const [wide, deep] = waist(t)
            return [deep, wide]
          },
          { steps: 22, sides: 24 }
        )
      ),
      part("head", "main", translate(solid.ball([0.25, 0.32, 0.27]), [0, 3.14, 0.02])),
      part("neck", "joints", translate(solid.cylinder(0.1, 0.1, 0.26, 0.03), [0, 2.68, 0])),
      ...limbs.map(({ joint, name, tip }) => {
        const [from, to] = thickness(name)
        return part(
          name,
          "main",
          solid.tube(
            (t) => mix(joint, tip, t),
            (t) => from + (to - from) * t + 0.02 * Math.sin(t * Math.PI),
            { steps: 8, sides: 16 }
          )
        )
      }),
      ...limbs
        .filter(({ name }) => !name.endsWith("upper-leg"))
        .map(({ joint, name }) => {
          const radius = thickness(name)[0] * 1.06
          return part(`${name}-joint`, "joints", translate(solid.ball([radius, radius, radius]), joint))
        })
    ]
  }
}
