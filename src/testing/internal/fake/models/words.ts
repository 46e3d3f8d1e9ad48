/** What the words of a prompt mean for a model: its shape, its colour and what it is made of. */
import { type Surface, rgb, surface } from "./surface.ts"
import { mix, scale, type Vec3 } from "./vector.ts"

/** Lower-case words, without the ending of a plural. */
export const wordsOf = (text: string): ReadonlyArray<string> =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .map((word) => (word.length > 3 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word))

const colors: Readonly<Record<string, Vec3>> = {
  red: rgb("b3261e"),
  crimson: rgb("9d1b32"),
  blue: rgb("2457a8"),
  navy: rgb("1d2f5f"),
  green: rgb("3f7d3a"),
  yellow: rgb("e3b52c"),
  orange: rgb("d9722a"),
  purple: rgb("6b3fa0"),
  violet: rgb("7a4bb0"),
  pink: rgb("dd7f9d"),
  black: rgb("26272b"),
  white: rgb("ece9e2"),
  grey: rgb("84878b"),
  gray: rgb("84878b"),
  brown: rgb("6d4a30"),
  beige: rgb("cdb893"),
  turquoise: rgb("2fa39b"),
  teal: rgb("1f7f80"),
  cyan: rgb("3bb3c9")
}

const brass = surface(rgb("c99a4e"), { accent: rgb("7d5a2a"), metallic: 1, roughness: 0.26, pattern: "metal" })
const steel = surface(rgb("b9bec4"), { accent: rgb("83888f"), metallic: 1, roughness: 0.3, pattern: "metal" })
const wood = surface(rgb("9a6a3d"), { accent: rgb("60391d"), roughness: 0.55, pattern: "wood" })
const marble = surface(rgb("e6e3dd"), { accent: rgb("77777d"), roughness: 0.22, pattern: "marble" })
const stone = surface(rgb("8d8a84"), { accent: rgb("66635e"), roughness: 0.9, pattern: "stone" })
const glass = surface(rgb("cfe6e4"), { roughness: 0.08, alpha: 0.42 })
const clay = surface(rgb("b5653c"), { accent: rgb("8c4a2a"), roughness: 0.8, pattern: "clay" })
const ceramic = surface(rgb("e7e3da"), { roughness: 0.15, pattern: "clay" })
const cloth = surface(rgb("8a5560"), { accent: rgb("6b3d48"), roughness: 0.95, pattern: "cloth" })

const materials: Readonly<Record<string, Surface>> = {
  brass,
  bronze: { ...brass, color: rgb("9c6b3c"), accent: rgb("4d5f4c"), roughness: 0.36 },
  gold: { ...brass, color: rgb("e6b84a"), accent: rgb("c08a2b"), roughness: 0.18 },
  golden: { ...brass, color: rgb("e6b84a"), accent: rgb("c08a2b"), roughness: 0.18 },
  copper: { ...brass, color: rgb("cf7b52"), accent: rgb("7f4630"), roughness: 0.24 },
  silver: { ...steel, color: rgb("dcdde0"), roughness: 0.2 },
  steel,
  metal: steel,
  metallic: steel,
  chrome: { ...steel, color: rgb("e2e4e8"), roughness: 0.1 },
  iron: { ...steel, color: rgb("5d5f63"), accent: rgb("3c3b3b"), roughness: 0.55, pattern: "hammered" },
  hammered: { ...brass, pattern: "hammered" },
  wood,
  wooden: wood,
  oak: wood,
  walnut: { ...wood, color: rgb("6b4630"), accent: rgb("3d2518") },
  marble,
  stone,
  granite: { ...stone, color: rgb("7b7a7d"), accent: rgb("4a4a4d"), roughness: 0.6 },
  concrete: { ...stone, color: rgb("a5a49f"), accent: rgb("8f8e8a") },
  glass,
  crystal: glass,
  clay,
  terracotta: clay,
  ceramic,
  porcelain: ceramic,
  jade: { ...marble, color: rgb("5f9f78"), accent: rgb("3d7a58") },
  cloth,
  velvet: cloth,
  wool: cloth,
  plastic: surface(rgb("d0d3d6"), { roughness: 0.4 }),
  brick: surface(rgb("a5553d"), { accent: rgb("c9c0b3"), roughness: 0.9, pattern: "brick" }),
  furry: surface(rgb("b98a5a"), { accent: rgb("6d4a2c"), roughness: 0.95, pattern: "fur" }),
  mossy: surface(rgb("5f7a3a"), { accent: rgb("3e5527"), roughness: 0.95, pattern: "leaf" })
}

const painted = (color: Vec3, on: Surface): Surface => {
  const isLight = color[0] + color[1] + color[2] > 1.2
  const accent = on.pattern === "plain" || isLight ? scale(color, 0.68) : mix(color, [1, 1, 1], 0.2)
  return { ...on, color, accent }
}

/** The surface that the words ask for, or the given one where they say nothing. */
export const surfaceFor = (words: ReadonlyArray<string>, usual: Surface): Surface => {
  const material = words.map((word) => materials[word]).find((known) => known !== undefined) ?? usual
  const color = words.map((word) => colors[word]).find((known) => known !== undefined)
  return color === undefined ? material : painted(color, material)
}
