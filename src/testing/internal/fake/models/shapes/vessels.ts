/** Pots and cups: mostly turned about an axis. */
import { stretch, translate } from "../mesh.ts"
import { curve, curved } from "../primitives.ts"
import { rgb, surface } from "../surface.ts"
import { add, scale, subtract, type Vec2, type Vec3 } from "../vector.ts"
import { part, points, type Shape } from "./shape.ts"

const ceramic = surface(rgb("c9d6d3"), { accent: rgb("9fb4b4"), roughness: 0.25, pattern: "clay" })

const zero: Vec2 = [0, 0]

/** The points of a cubic Bézier curve, from its four control points. */
const bezier = ([a = zero, b = zero, c = zero, d = zero]: ReadonlyArray<Vec2>, steps: number): ReadonlyArray<Vec2> =>
  Array.from({ length: steps + 1 }, (_, i): Vec2 => {
    const t = i / steps
    const [p, q, r, s] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3]
    return [a[0] * p + b[0] * q + c[0] * r + d[0] * s, a[1] * p + b[1] * q + c[1] * r + d[1] * s]
  })

const joined = (...pieces: ReadonlyArray<ReadonlyArray<Vec2>>) =>
  pieces.flatMap((piece, i) => (i === 0 ? piece : piece.slice(1)))

/** An oval bar between two lines of the plane of x and y. */
const between = (upper: ReadonlyArray<Vec2>, lower: ReadonlyArray<Vec2>) => {
  const at = (points: ReadonlyArray<Vec2>) => curve(points.map(([x, y]): Vec3 => [x, y, 0]))
  const [above, below] = [at(upper), at(lower)]
  return {
    middle: (t: number) => scale(add(above(t), below(t)), 0.5),
    half: (t: number) => Math.hypot(...subtract(above(t), below(t))) / 2
  }
}

/** The outlines follow the teapot that Martin Newell measured in Utah in 1975. */
export const teapot: Shape = {
  surfaces: {
    main: ceramic,
    accent: surface(rgb("6b4a33"), { accent: rgb("452c1c"), roughness: 0.45, pattern: "wood" })
  },
  make: ({ random, solid }) => {
    const steps = solid.count(8)
    const belly = random.between(0.96, 1.06)
    const body = joined(
      points("0 0.06, 1.3 0.02"),
      bezier(points("1.3 0.02, 1.42 0, 1.5 0.05, 1.5 0.15"), solid.count(4)),
      bezier(points("1.5 0.15, 1.5 0.225, 2 0.45, 2 0.9"), steps),
      bezier(points("2 0.9, 2 1.35, 1.75 1.875, 1.5 2.4"), steps),
      bezier(points("1.5 2.4, 1.4375 2.53125, 1.3375 2.53125, 1.4 2.4"), solid.count(5)),
      points("1.4 2.4, 1.38 2.28, 0 2.26")
    )
    const lid = joined(
      points("0 2.3, 1.32 2.3, 1.36 2.34"),
      bezier(points("1.36 2.34, 1.24 2.58, 0.6 2.7, 0.2 2.74"), steps),
      points("0.2 2.74, 0 2.74")
    )
    const knob = joined(
      points("0 2.68, 0.2 2.7"),
      bezier(points("0.2 2.7, 0.12 2.88, 0.32 2.98, 0.32 3.12"), solid.count(6)),
      bezier(points("0.32 3.12, 0.32 3.28, 0.16 3.34, 0 3.34"), solid.count(5))
    )
    const grip = between(
      points("-1.4 2.2, -2.1 2.27, -2.75 2.2, -3 1.75, -2.85 1.25, -2.3 0.8, -1.8 0.62"),
      points("-1.4 1.98, -2.1 2.04, -2.55 2, -2.7 1.72, -2.58 1.4, -2.15 1.05, -1.8 0.88")
    )
    const throat = between(
      points("1.5 1.5, 2.05 1.5, 2.35 1.75, 2.55 2.15, 2.82 2.42"),
      points("1.5 0.5, 2.25 0.78, 2.72 1.35, 2.95 1.95, 3.25 2.42")
    )
    const spout = solid.tube(
      (t) => {
        // Out to the lip, and a little way back inside.
        const out = t <= 0.86 ? t / 0.86 : 1 - (t - 0.86) * 0.9
        return throat.middle(out)
      },
      (t) => {
        if (t > 0.86) return [0.145, 0.115]
        const s = t / 0.86
        return [0.66 * (1 - s) ** 1.5 + 0.2 * s ** 0.5, throat.half(s) * (1 - 0.15 * s)]
      },
      { steps: 30, sides: 22 }
    )
    return [
      part("body", "main", stretch(solid.lathe(body, 52), [belly, 1, belly])),
      part("lid", "main", solid.lathe(lid, 44)),
      part("knob", "accent", solid.lathe(knob, 28)),
      part(
        "handle",
        "accent",
        solid.tube(grip.middle, (t) => [0.15, grip.half(t)], { steps: 40, sides: 16 })
      ),
      part("spout", "main", spout)
    ]
  }
}

export const mug: Shape = {
  surfaces: {
    main: surface(rgb("d9d2c5"), { accent: rgb("b9ad99"), roughness: 0.3, pattern: "clay" }),
    tea: surface(rgb("4a2a14"), { roughness: 0.15 })
  },
  make: ({ random, solid }) => {
    const wide = random.between(0.78, 0.92)
    const cup: ReadonlyArray<Vec2> = [
      [0, 0.03],
      [wide - 0.14, 0],
      [wide - 0.05, 0.02],
      [wide, 0.1],
      [wide, 0.4],
      [wide, 0.9],
      [wide, 1.4],
      [wide, 1.72],
      [wide - 0.015, 1.78],
      [wide - 0.05, 1.8],
      [wide - 0.085, 1.78],
      [wide - 0.1, 1.72],
      [wide - 0.1, 0.9],
      [wide - 0.12, 0.25],
      [wide - 0.2, 0.14],
      [0, 0.13]
    ]
    const ear = curve([
      [wide - 0.05, 1.42, 0],
      [wide + 0.36, 1.46, 0],
      [wide + 0.56, 1.0, 0],
      [wide + 0.38, 0.52, 0],
      [wide - 0.05, 0.42, 0]
    ])
    return [
      part("cup", "main", solid.lathe(cup, 48)),
      part(
        "handle",
        "main",
        solid.tube(ear, () => [0.11, 0.075], { steps: 28, sides: 14 })
      ),
      part("tea", "tea", translate(solid.cylinder(wide - 0.09, wide - 0.09, 1.32, 0.01, 40), [0, 0.2, 0]))
    ]
  }
}

export const vase: Shape = {
  surfaces: { main: surface(rgb("2f5d8a"), { accent: rgb("e8e4da"), roughness: 0.2, pattern: "marble" }) },
  make: ({ random, solid }) => {
    const neck = random.between(0.24, 0.36)
    const lip = random.between(0.42, 0.6)
    const shoulder = random.between(1.35, 1.7)
    const outside = curved(
      [
        [0.45, 0],
        [0.5, 0.12],
        [0.72, 0.6],
        [0.95, shoulder - 0.25],
        [0.82, shoulder + 0.25],
        [neck + 0.05, shoulder + 0.75],
        [neck, shoulder + 1.05],
        [lip, shoulder + 1.4]
      ],
      solid.count(6)
    )
    const inside = curved(
      [
        [lip - 0.04, shoulder + 1.43],
        [lip - 0.09, shoulder + 1.38],
        [neck - 0.07, shoulder + 1.05],
        [neck - 0.1, shoulder + 0.7]
      ],
      solid.count(4)
    )
    const body: ReadonlyArray<Vec2> = [[0, 0.04], [0.4, 0.01], ...outside, ...inside, [0, shoulder + 0.66]]
    return [part("vase", "main", solid.lathe(body, 52))]
  }
}
