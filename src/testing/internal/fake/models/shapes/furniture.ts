/** Chairs, tables and lamps. */
import { translate } from "../mesh.ts"
import { curve, line } from "../primitives.ts"
import { rgb, surface } from "../surface.ts"
import { part, points, type Shape } from "./shape.ts"

const wood = surface(rgb("a9744a"), { accent: rgb("6f4526"), roughness: 0.5, pattern: "wood" })
const cushion = surface(rgb("7d8f78"), { accent: rgb("5f7060"), roughness: 0.95, pattern: "cloth" })

const corners: ReadonlyArray<readonly [number, number]> = points("-1 -1, 1 -1, -1 1, 1 1")

export const chair: Shape = {
  surfaces: { main: wood, cushion },
  make: ({ random, solid }) => {
    const back = random.between(2, 2.4)
    const slats = 3 + random.below(3)
    const post = (x: number) =>
      solid.tube(line([x * 0.52, 1.1, -0.52], [x * 0.56, back, -0.74]), () => [0.07, 0.055], { steps: 8 })
    return [
      part(
        "legs",
        "main",
        ...corners.map(([x, z]) =>
          solid.tube(line([x * 0.62, 0.07, z * 0.62], [x * 0.52, 1.08, z * 0.5]), (t) => 0.055 + t * 0.03, { steps: 8 })
        ),
        ...[-1, 1].map((x) => solid.tube(line([x * 0.59, 0.42, -0.58], [x * 0.59, 0.42, 0.58]), () => 0.035))
      ),
      part("seat", "main", translate(solid.box([1.34, 0.12, 1.3], 0.05), [0, 1.12, 0])),
      part("cushion", "cushion", translate(solid.box([1.16, 0.16, 1.12], 0.075), [0, 1.24, 0.04])),
      part(
        "back",
        "main",
        post(-1),
        post(1),
        solid.tube(
          curve([
            [-0.64, back, -0.74],
            [-0.3, back + 0.06, -0.82],
            [0.3, back + 0.06, -0.82],
            [0.64, back, -0.74]
          ]),
          () => [0.09, 0.06]
        ),
        ...Array.from({ length: slats }, (_, i) => {
          const x = ((i + 1) / (slats + 1) - 0.5) * 1.04
          return solid.tube(line([x, 1.16, -0.54], [x * 1.06, back, -0.8]), () => [0.055, 0.025], { steps: 8 })
        })
      )
    ]
  }
}

export const table: Shape = {
  surfaces: { main: wood, cloth: surface(rgb("d8cbb4"), { accent: rgb("b8a788"), roughness: 0.95, pattern: "cloth" }) },
  make: ({ random, solid }) => {
    const long = random.between(1.15, 1.5)
    return [
      part("top", "main", translate(solid.box([long * 2, 0.13, 1.7], 0.05), [0, 1.36, 0])),
      part("runner", "cloth", translate(solid.box([long * 2.012, 0.012, 0.56], 0.005), [0, 1.43, 0])),
      part(
        "frame",
        "main",
        ...[-1, 1].map((z) => translate(solid.box([long * 1.7, 0.2, 0.07], 0.02), [0, 1.2, z * 0.66])),
        ...[-1, 1].map((x) => translate(solid.box([0.07, 0.2, 1.3], 0.02), [x * long * 0.84, 1.2, 0]))
      ),
      part(
        "legs",
        "main",
        ...corners.map(([x, z]) =>
          translate(
            solid.lathe(
              points("0 0, 0.07 0, 0.08 0.06, 0.055 0.12, 0.075 0.5, 0.12 0.78, 0.07 0.92, 0.12 0.98, 0.12 1.3, 0 1.3"),
              20
            ),
            [x * long * 0.84, 0, z * 0.66]
          )
        )
      )
    ]
  }
}

export const lamp: Shape = {
  surfaces: {
    main: surface(rgb("c99a4e"), { accent: rgb("7d5a2a"), metallic: 1, roughness: 0.28, pattern: "metal" }),
    shade: surface(rgb("efe0bd"), { accent: rgb("d7bf8f"), roughness: 0.95, pattern: "cloth" })
  },
  make: ({ random, solid }) => {
    const wide = random.between(0.75, 0.95)
    return [
      part(
        "foot",
        "main",
        solid.lathe(
          points(
            "0 0, 0.6 0, 0.63 0.05, 0.58 0.1, 0.2 0.17, 0.1 0.3, 0.19 0.7, 0.26 1, 0.14 1.35, 0.06 1.5, 0.06 2.3, 0 2.32"
          ),
          36
        )
      ),
      part(
        "shade",
        "shade",
        solid.lathe(
          [
            [0, 2.16],
            [wide - 0.06, 1.62],
            [wide, 1.6],
            [wide, 1.64],
            [0.46, 2.62],
            [0.43, 2.64],
            [0, 2.62]
          ],
          44
        )
      )
    ]
  }
}
