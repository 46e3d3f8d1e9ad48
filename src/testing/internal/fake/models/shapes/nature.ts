/** What grows, and gems. */
import { bend, facet, rotate, translate } from "../mesh.ts"
import { curved, line } from "../primitives.ts"
import { fractal } from "../random.ts"
import { rgb, surface } from "../surface.ts"
import { add, scale, type Vec2, type Vec3 } from "../vector.ts"
import { part, points, type Shape } from "./shape.ts"

const bark = surface(rgb("6b4a32"), { accent: rgb("432c1c"), roughness: 0.95, pattern: "wood" })

export const tree: Shape = {
  surfaces: { main: surface(rgb("5c8a3c"), { accent: rgb("39612a"), roughness: 0.9, pattern: "leaf" }), bark },
  make: ({ random, solid }) => {
    const shift = random.between(0, 40)
    const crowns = Array.from({ length: 6 }, (_, i): readonly [Vec3, number] => {
      const angle = (i / 5) * Math.PI * 2 + random.between(-0.3, 0.3)
      return i === 5
        ? [[0, 2.85, 0], 0.72]
        : [
            [Math.cos(angle) * 0.66, 2.15 + random.between(-0.18, 0.25), Math.sin(angle) * 0.66],
            random.between(0.56, 0.72)
          ]
    })
    return [
      part(
        "trunk",
        "bark",
        solid.lathe(
          curved(points("0.34 0, 0.2 0.3, 0.15 1, 0.16 1.7, 0.05 2.1"), solid.count(5)).flatMap(
            (at, i, all): ReadonlyArray<Vec2> =>
              i === 0 ? [[0, 0], at] : i === all.length - 1 ? [at, [0, 2.12]] : [at]
          ),
          18
        ),
        solid.tube(line([0, 1.2, 0], [0.55, 1.95, 0.2]), (t) => 0.09 - 0.05 * t, { steps: 6 }),
        solid.tube(line([0, 1.35, 0], [-0.5, 2, -0.2]), (t) => 0.08 - 0.05 * t, { steps: 6 })
      ),
      ...crowns.map(([at, size]) =>
        part(
          "crown",
          "main",
          bend(translate(solid.ball([size, size * 0.88, size]), at), (point) => {
            const wave = fractal([point[0] * 3 + shift, point[1] * 3, point[2] * 3], 2) - 0.5
            return add(at, scale(add(point, scale(at, -1)), 1 + wave * 0.42))
          })
        )
      )
    ]
  }
}

export const mushroom: Shape = {
  surfaces: {
    main: surface(rgb("b5281f"), { accent: rgb("f3ead9"), roughness: 0.35, pattern: "spots" }),
    stem: surface(rgb("ece1cb"), { accent: rgb("cdbb9a"), roughness: 0.8, pattern: "clay" }),
    moss: surface(rgb("5f7a3a"), { accent: rgb("3e5527"), roughness: 1, pattern: "leaf" })
  },
  make: ({ random, solid }) => {
    const wide = random.between(1.0, 1.25)
    const steps = solid.count(6)
    const dome = curved(
      [
        [wide, 1.3],
        [wide * 0.98, 1.5],
        [wide * 0.78, 1.9],
        [wide * 0.42, 2.18],
        [0, 2.26]
      ],
      steps
    )
    return [
      part("cap", "main", solid.lathe([[0, 1.36], [wide * 0.6, 1.32], [wide * 0.93, 1.24], ...dome], 48)),
      part(
        "stem",
        "stem",
        solid.lathe([[0, 0], ...curved(points("0.4 0, 0.42 0.14, 0.28 0.6, 0.25 1.1, 0.34 1.38"), steps), [0, 1.4]], 32)
      ),
      part("ring", "stem", translate(solid.torus(0.29, 0.06), [0, 1.02, 0])),
      part("moss", "moss", translate(solid.ball([0.85, 0.16, 0.8]), [0, 0, 0]))
    ]
  }
}

export const gem: Shape = {
  surfaces: { main: surface(rgb("2f8f6b"), { accent: rgb("9fe0c4"), roughness: 0.06, pattern: "marble" }) },
  make: ({ random, solid }) => {
    const sides = 7 + random.below(3)
    const crown = random.between(0.5, 0.64)
    const cut = solid.lathe(
      [
        [0, 0],
        [0.5, 0.62],
        [1, 1.24],
        [1.02, 1.32],
        [0.86, 1.56],
        [crown, 1.74],
        [0, 1.74]
      ],
      sides
    )
    return [part("gem", "main", facet(rotate(cut, [0, 1, 0], 0.3)))]
  }
}
