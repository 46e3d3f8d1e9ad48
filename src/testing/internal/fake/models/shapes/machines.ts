/** Rockets, cars, robots and swords. */
import { rotate, translate } from "../mesh.ts"
import type { Patch } from "../mesh.ts"
import { curved, line } from "../primitives.ts"
import { rgb, surface } from "../surface.ts"
import type { Vec2, Vec3 } from "../vector.ts"
import { part, points, type Shape } from "./shape.ts"

const steel = surface(rgb("b4bac1"), { accent: rgb("878e96"), metallic: 1, roughness: 0.32, pattern: "metal" })
const dark = surface(rgb("2c2f34"), { roughness: 0.6 })
const pane = surface(rgb("22384d"), { roughness: 0.06 })
const light = surface(rgb("f6e7b0"), { roughness: 0.1 })

const sideways = (patches: ReadonlyArray<Patch>) => rotate(patches, [1, 0, 0], Math.PI / 2)

export const rocket: Shape = {
  surfaces: {
    main: surface(rgb("e9e6df"), { accent: rgb("cfcac0"), roughness: 0.35 }),
    trim: surface(rgb("c0392b"), { roughness: 0.35 }),
    steel,
    pane
  },
  make: ({ random, solid }) => {
    const fat = random.between(0.56, 0.7)
    const steps = solid.count(6)
    const hull = curved(
      [
        [fat * 0.62, 0.5],
        [fat * 0.9, 1.1],
        [fat, 1.8],
        [fat * 0.82, 2.7]
      ],
      steps
    )
    const nose = curved(
      [
        [fat * 0.82, 2.7],
        [fat * 0.5, 3.2],
        [fat * 0.16, 3.56],
        [0, 3.64]
      ],
      steps
    )
    const fin: ReadonlyArray<Vec2> = points("0 0.55, 0.62 0, 0.7 0, 0.62 0.75, 0.2 1.35, 0 1.4")
    return [
      part("hull", "main", solid.lathe([[0, 0.46], [fat * 0.58, 0.46], ...hull, [0, 2.72]], 44)),
      part("nose", "trim", solid.lathe([[0, 2.66], ...nose], 44)),
      part(
        "engine",
        "steel",
        translate(solid.lathe(points("0 0.2, 0.34 0, 0.38 0, 0.26 0.3, 0.24 0.44, 0 0.46"), 32), [0, 0.08, 0])
      ),
      ...[0, 1, 2, 3].map((i) =>
        part(
          "fin",
          "trim",
          rotate(translate(solid.plate(fin, 0.09), [fat * 0.58, 0.06, 0]), [0, 1, 0], Math.PI / 4 + (i * Math.PI) / 2)
        )
      ),
      part("porthole", "steel", translate(sideways(solid.torus(0.22, 0.06)), [0, 2.05, fat * 0.97])),
      part("pane", "pane", translate(solid.ball([0.2, 0.2, 0.08]), [0, 2.05, fat * 0.96])),
      part("belt", "trim", translate(solid.torus(fat * 0.965, 0.035), [0, 1.3, 0]))
    ]
  }
}

export const car: Shape = {
  surfaces: {
    main: surface(rgb("2f6fa8"), { roughness: 0.22, metallic: 0.15 }),
    dark,
    steel,
    pane,
    light,
    lamp: surface(rgb("b3261e"), { roughness: 0.2 })
  },
  make: ({ random, solid }) => {
    const roof = random.between(1.32, 1.46)
    const lines = points(
      "1.28 0.4, 1.22 0.62, 1.3 0.86, 1.8 0.96, 2.6 0.98, 3.6 0.98, 4.25 0.9, 4.7 0.76, 4.8 0.55, 4.74 0.4"
    )
    // A curve stays on one side of the axis, so it is drawn beside it.
    const body = curved(lines, solid.count(3)).map(([x, y]): Vec2 => [x - 3, y])
    const cabin: ReadonlyArray<Vec2> = [
      [-1.12, 0.9],
      [0.92, 0.9],
      [0.42, roof - 0.04],
      [0.3, roof],
      [-0.66, roof],
      [-0.8, roof - 0.05]
    ]
    const wheel = (x: number, z: 1 | -1) => [
      part("tyre", "dark", translate(sideways(solid.torus(0.27, 0.115)), [x, 0.385, z * 0.72])),
      part(
        "rim",
        "steel",
        translate(sideways(translate(solid.cylinder(0.22, 0.22, 0.17, 0.03), [0, -0.085, 0])), [x, 0.385, z * 0.72])
      )
    ]
    return [
      part("body", "main", solid.plate([...points("-1.74 0.3, 1.74 0.3"), ...body.toReversed()], 1.5)),
      part("glass", "pane", solid.plate(cabin, 1.22)),
      part("roof", "main", translate(solid.box([1.12, 0.07, 1.26], 0.03), [-0.18, roof, 0])),
      ...[-1.08, 1.1].flatMap((x) => [...wheel(x, 1), ...wheel(x, -1)]),
      ...[-0.52, 0.52].map((z) =>
        part("headlight", "light", translate(solid.ball([0.06, 0.1, 0.15]), [1.74, 0.66, z]))
      ),
      ...[-0.52, 0.52].map((z) =>
        part("taillight", "lamp", translate(solid.box([0.05, 0.12, 0.28], 0.02), [-1.76, 0.68, z]))
      ),
      part(
        "bumper",
        "steel",
        translate(solid.box([0.12, 0.12, 1.54], 0.05), [1.77, 0.42, 0]),
        translate(solid.box([0.12, 0.12, 1.54], 0.05), [-1.76, 0.42, 0])
      )
    ]
  }
}

export const robot: Shape = {
  surfaces: {
    main: surface(rgb("5b8fa8"), { accent: rgb("3f6a80"), metallic: 0.6, roughness: 0.35, pattern: "metal" }),
    steel,
    dark,
    light,
    trim: surface(rgb("d9722a"), { roughness: 0.4 })
  },
  make: ({ random, solid }) => {
    const wide = random.between(1.05, 1.3)
    const arm = (x: 1 | -1) => {
      const shoulder: Vec3 = [x * (wide / 2 + 0.12), 2.02, 0]
      const elbow: Vec3 = [x * (wide / 2 + 0.34), 1.42, 0.05]
      const hand: Vec3 = [x * (wide / 2 + 0.3), 0.98, 0.34]
      return [
        part(
          "arm",
          "steel",
          solid.tube(line(shoulder, elbow), () => 0.09, { steps: 4 }),
          solid.tube(line(elbow, hand), () => 0.08, { steps: 4 })
        ),
        part(
          "joint",
          "main",
          translate(solid.ball([0.2, 0.2, 0.2]), shoulder),
          translate(solid.ball([0.13, 0.13, 0.13]), elbow)
        ),
        part("hand", "trim", translate(solid.ball([0.16, 0.16, 0.16]), hand))
      ]
    }
    const leg = (x: 1 | -1) => [
      part(
        "leg",
        "steel",
        solid.tube(line([x * 0.3, 1.1, 0], [x * 0.32, 0.24, 0]), () => 0.12, { steps: 4 })
      ),
      part("foot", "main", translate(solid.box([0.42, 0.24, 0.62], 0.09), [x * 0.33, 0.12, 0.08]))
    ]
    return [
      part("body", "main", translate(solid.box([wide, 1.15, 0.8], 0.16), [0, 1.68, 0])),
      part("panel", "dark", translate(solid.box([wide * 0.62, 0.46, 0.08], 0.03), [0, 1.76, 0.4])),
      ...[-1, 0, 1].map((i) =>
        part("button", i === 0 ? "trim" : "light", translate(solid.ball([0.075, 0.075, 0.06]), [i * 0.22, 1.76, 0.44]))
      ),
      part("neck", "steel", translate(solid.cylinder(0.16, 0.16, 0.3, 0.03), [0, 2.15, 0])),
      part("head", "main", translate(solid.box([0.92, 0.68, 0.7], 0.16), [0, 2.72, 0])),
      ...[-1, 1].map((x) => part("eye", "light", translate(solid.ball([0.13, 0.13, 0.07]), [x * 0.2, 2.78, 0.35]))),
      part("mouth", "dark", translate(solid.box([0.4, 0.07, 0.05], 0.02), [0, 2.54, 0.35])),
      part("antenna", "steel", translate(solid.cylinder(0.025, 0.02, 0.34, 0.005, 10), [0, 3.04, 0])),
      part("tip", "trim", translate(solid.ball([0.085, 0.085, 0.085]), [0, 3.42, 0])),
      ...arm(1),
      ...arm(-1),
      ...leg(1),
      ...leg(-1)
    ]
  }
}

export const sword: Shape = {
  surfaces: {
    main: { ...steel, roughness: 0.16, color: rgb("cfd4da") },
    hilt: surface(rgb("c99a4e"), { accent: rgb("7d5a2a"), metallic: 1, roughness: 0.3, pattern: "metal" }),
    grip: surface(rgb("5a2f22"), { accent: rgb("38190f"), roughness: 0.8, pattern: "cloth" }),
    gem: surface(rgb("a3202c"), { roughness: 0.06 }),
    rock: surface(rgb("8d8a84"), { accent: rgb("66635e"), roughness: 0.9, pattern: "stone" })
  },
  make: ({ random, solid }) => {
    const wide = random.between(0.17, 0.24)
    const blade = solid.tube(line([0, 0.3, 0], [0, 2.6, 0]), (t) => [0.035, wide * (0.78 + 0.22 * t)], {
      steps: 12,
      sides: 4
    })
    return [
      part("blade", "main", rotate(blade, [0, 1, 0], Math.PI / 2)),
      part(
        "guard",
        "hilt",
        solid.tube(line([-0.62, 2.62, 0], [0.62, 2.62, 0]), (t) => 0.085 - 0.05 * Math.sin(t * Math.PI) + 0.03, {
          steps: 16
        })
      ),
      part("grip", "grip", translate(solid.cylinder(0.085, 0.075, 0.62, 0.02, 18), [0, 2.66, 0])),
      part("pommel", "hilt", translate(solid.ball([0.14, 0.14, 0.14]), [0, 3.36, 0])),
      part("gem", "gem", translate(solid.ball([0.07, 0.07, 0.06]), [0, 2.62, 0.07])),
      part(
        "rock",
        "rock",
        translate(solid.ball([0.85, 0.46, 0.7]), [0, 0.12, 0]),
        translate(solid.ball([0.45, 0.3, 0.4]), [0.6, 0.02, 0.3])
      )
    ]
  }
}
