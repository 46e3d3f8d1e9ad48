/** The bones of the figure, and how it moves. */
import type { Bone, Rig } from "./model.ts"
import type { Vec3 } from "./vector.ts"

const bone = (name: string, parent: string | undefined, joint: Vec3, tip: Vec3): Bone => ({ name, parent, joint, tip })

const limbs = (side: "left" | "right", x: 1 | -1): ReadonlyArray<Bone> => [
  bone(`${side}-upper-arm`, "chest", [0.34 * x, 2.62, 0], [0.9 * x, 2.62, 0]),
  bone(`${side}-lower-arm`, `${side}-upper-arm`, [0.9 * x, 2.62, 0], [1.42 * x, 2.62, 0]),
  bone(`${side}-hand`, `${side}-lower-arm`, [1.42 * x, 2.62, 0], [1.66 * x, 2.62, 0]),
  bone(`${side}-upper-leg`, "hips", [0.2 * x, 1.62, 0], [0.22 * x, 0.86, 0]),
  bone(`${side}-lower-leg`, `${side}-upper-leg`, [0.22 * x, 0.86, 0], [0.23 * x, 0.16, 0]),
  bone(`${side}-foot`, `${side}-lower-leg`, [0.23 * x, 0.16, 0], [0.23 * x, 0.08, 0.34])
]

export const bones: ReadonlyArray<Bone> = [
  bone("hips", undefined, [0, 1.68, 0], [0, 1.95, 0]),
  bone("chest", "hips", [0, 1.95, 0], [0, 2.7, 0]),
  bone("head", "chest", [0, 2.78, 0], [0, 3.35, 0]),
  ...limbs("left", 1),
  ...limbs("right", -1)
]

type Turn = readonly [number, number, number, number]

const turn = ([x, y, z]: Vec3, angle: number): Turn => {
  const sin = Math.sin(angle / 2)
  return [x * sin, y * sin, z * sin, Math.cos(angle / 2)]
}

/** One turn after the other. */
const combine = ([ax, ay, az, aw]: Turn, [bx, by, bz, bw]: Turn): Turn => [
  aw * bx + ax * bw + ay * bz - az * by,
  aw * by - ax * bz + ay * bw + az * bx,
  aw * bz + ax * by - ay * bx + az * bw,
  aw * bw - ax * bx - ay * by - az * bz
]

const frames = 24
const across: Vec3 = [1, 0, 0]
const forwards: Vec3 = [0, 0, 1]

/** Walks, faster and with longer steps the higher the number is. */
const motionOf = (number: number): Rig["motion"] => {
  const swing = 0.35 + (number % 6) * 0.07
  const along = (of: (phase: number) => Turn) =>
    Array.from({ length: frames + 1 }, (_, i) => of(((i % frames) / frames) * Math.PI * 2))
  const side = (name: string, x: 1 | -1): ReadonlyArray<readonly [string, ReadonlyArray<Turn>]> => [
    // Down from the T-pose, and against the leg.
    [
      `${name}-upper-arm`,
      along((phase) => combine(turn(across, Math.sin(phase) * swing * x), turn(forwards, -1.25 * x)))
    ],
    [`${name}-lower-arm`, along((phase) => turn([0, 1, 0], (-0.35 - 0.15 * Math.sin(phase)) * x))],
    [`${name}-upper-leg`, along((phase) => turn(across, -Math.sin(phase) * swing * x))],
    [`${name}-lower-leg`, along((phase) => turn(across, Math.max(0, Math.cos(phase) * x) * swing * 1.4))]
  ]
  return {
    name: `motion-${number}`,
    seconds: 1.4 - (number % 8) * 0.08,
    turns: new Map([
      ...side("left", 1),
      ...side("right", -1),
      ["chest", along((phase) => turn([0, 1, 0], Math.sin(phase) * 0.12))]
    ])
  }
}

/** A figure without a motion has bones all the same. */
export const rigOf = (motion: number): Rig => ({ bones, motion: motion === 0 ? undefined : motionOf(motion) })
