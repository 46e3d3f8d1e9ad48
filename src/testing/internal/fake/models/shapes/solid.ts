/** A turned and twisted solid for words that call no shape. Its lobes, its twist and its colours come from chance. */
import { translate } from "../mesh.ts"
import { rgb, surface } from "../surface.ts"
import { type Vec3 } from "../vector.ts"
import { part, type Shape } from "./shape.ts"

export const solid: Shape = {
  surfaces: {
    main: surface(rgb("3f8f8a"), { accent: rgb("e9dcc0"), roughness: 0.3, pattern: "marble" }),
    base: surface(rgb("4a3a30"), { accent: rgb("2e231c"), roughness: 0.5, pattern: "wood" })
  },
  make: ({ random, solid }) => {
    const lobes = 3 + random.below(6)
    const depth = random.between(0.06, 0.24)
    const twist = random.between(-1.8, 1.8)
    const swell = random.between(0.6, 1.1)
    const waves = 1 + random.below(3)
    const height = random.between(1.7, 2.5)
    const phase = random.between(0, Math.PI)
    const point = (u: number, v: number): Vec3 => {
      const outline = Math.sin(v * Math.PI) ** 0.62 * (0.82 + 0.24 * Math.sin(v * Math.PI * waves + phase)) * swell
      const angle = u * Math.PI * 2
      const radius = v === 0 || v === 1 ? 0 : outline * (1 + depth * Math.cos(lobes * angle + v * twist * 3))
      return [radius * Math.cos(angle), v * height, -radius * Math.sin(angle)]
    }
    return [
      part(
        "solid",
        "main",
        translate([solid.sheet(solid.count(72), solid.count(40), point, { u: true })], [0, 0.2, 0])
      ),
      part("base", "base", solid.cylinder(swell * 0.62, swell * 0.54, 0.26, 0.04, 40))
    ]
  }
}
