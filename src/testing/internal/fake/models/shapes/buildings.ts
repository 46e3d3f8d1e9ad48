/** Houses, castles and lighthouses. */
import { rotate, translate } from "../mesh.ts"
import { rgb, surface } from "../surface.ts"
import type { Vec2 } from "../vector.ts"
import { part, points, type Shape } from "./shape.ts"

const brick = surface(rgb("b06a4f"), { accent: rgb("d8cdbd"), roughness: 0.9, pattern: "brick" })
const tiles = surface(rgb("6d3f38"), { accent: rgb("3f2624"), roughness: 0.8, pattern: "shingle" })
const frame = surface(rgb("efeae0"), { roughness: 0.6 })
const pane = surface(rgb("35506a"), { roughness: 0.08 })
const door = surface(rgb("5b3a26"), { accent: rgb("3d2416"), roughness: 0.5, pattern: "wood" })

const gable: ReadonlyArray<Vec2> = points("-1.1 0, 1.1 0, 1.1 1.25, 0 2.2, -1.1 1.25")

export const house: Shape = {
  surfaces: {
    main: brick,
    roof: tiles,
    frame,
    pane,
    door,
    lawn: surface(rgb("6e8a4a"), { accent: rgb("557038"), roughness: 1, pattern: "leaf" })
  },
  make: ({ random, solid }) => {
    const deep = random.between(2.2, 2.8)
    const front = deep / 2
    const window = (x: number, y: number) => [
      part("frame", "frame", translate(solid.box([0.5, 0.58, 0.1], 0.02), [x, y, front])),
      part("pane", "pane", translate(solid.box([0.18, 0.46, 0.04], 0.01), [x - 0.11, y, front + 0.05])),
      part("pane", "pane", translate(solid.box([0.18, 0.46, 0.04], 0.01), [x + 0.11, y, front + 0.05]))
    ]
    const slope = Math.atan2(0.95, 1.1)
    const roof = (side: 1 | -1) =>
      translate(rotate(solid.box([1.74, 0.1, deep + 0.36], 0.03), [0, 0, 1], -slope * side), [side * 0.63, 1.76, 0])
    return [
      part("lawn", "lawn", translate(solid.cylinder(2.1, 2.05, 0.12, 0.04, 48), [0, -0.11, 0])),
      part("walls", "main", solid.plate(gable, deep)),
      part("roof", "roof", roof(1), roof(-1)),
      part("chimney", "main", translate(solid.box([0.34, 0.9, 0.34], 0.02), [-0.55, 2.1, -0.3])),
      ...window(-0.62, 0.78),
      ...window(0.62, 0.78),
      part(
        "frame",
        "frame",
        translate(rotate(solid.cylinder(0.2, 0.2, 0.08, 0.02), [1, 0, 0], Math.PI / 2), [0, 1.62, front - 0.02])
      ),
      part("door", "door", translate(solid.box([0.48, 0.94, 0.12], 0.02), [0, 0.47, front])),
      part("knob", "frame", translate(solid.ball([0.035, 0.035, 0.035]), [0.15, 0.46, front + 0.08])),
      part("step", "frame", translate(solid.box([0.7, 0.1, 0.34], 0.02), [0, 0.05, front + 0.14]))
    ]
  }
}

const rock = surface(rgb("77736b"), { accent: rgb("565149"), roughness: 0.95, pattern: "stone" })

export const lighthouse: Shape = {
  surfaces: {
    main: surface(rgb("efece4"), { accent: rgb("d9d4c8"), roughness: 0.6 }),
    band: surface(rgb("b3332b"), { roughness: 0.5 }),
    rock,
    iron: surface(rgb("3a3f45"), { metallic: 0.8, roughness: 0.4 }),
    lantern: surface(rgb("f5d98a"), { roughness: 0.1 }),
    pane
  },
  make: ({ random, solid }) => {
    const bands = 5
    const radius = (t: number) => 0.62 - 0.24 * t
    const height = random.between(2.9, 3.4)
    const segment = (i: number) =>
      translate(solid.cylinder(radius(i / bands), radius((i + 1) / bands), height / bands, 0.004, 36), [
        0,
        0.3 + (height / bands) * i,
        0
      ])
    const top = height + 0.3
    return [
      part(
        "rock",
        "rock",
        translate(solid.ball([1.25, 0.45, 1.1]), [0, 0.08, 0]),
        translate(solid.ball([0.5, 0.3, 0.45]), [0.9, 0, 0.5])
      ),
      ...Array.from({ length: bands }, (_, i) => part("tower", i % 2 === 0 ? "main" : "band", segment(i))),
      part(
        "gallery",
        "iron",
        translate(solid.cylinder(0.56, 0.56, 0.08, 0.02, 36), [0, top, 0]),
        translate(solid.torus(0.53, 0.02), [0, top + 0.26, 0])
      ),
      part(
        "posts",
        "iron",
        ...Array.from({ length: 10 }, (_, i) =>
          translate(solid.cylinder(0.014, 0.014, 0.2, 0.004, 8), [
            Math.cos(i * 0.6283) * 0.53,
            top + 0.07,
            Math.sin(i * 0.6283) * 0.53
          ])
        )
      ),
      part("lantern", "lantern", translate(solid.cylinder(0.27, 0.27, 0.5, 0.02, 24), [0, top + 0.06, 0])),
      part(
        "cap",
        "band",
        translate(solid.lathe(points("0 0, 0.4 0, 0.41 0.03, 0.36 0.09, 0.18 0.28, 0.05 0.36, 0.05 0.46, 0 0.5"), 36), [
          0,
          top + 0.55,
          0
        ])
      ),
      part("door", "pane", translate(solid.box([0.26, 0.46, 0.2], 0.03), [0, 0.55, 0.53])),
      part("window", "pane", translate(solid.box([0.14, 0.2, 0.12], 0.02), [0, height * 0.62, 0.44]))
    ]
  }
}
