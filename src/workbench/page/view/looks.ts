/** The ways of looking at a model. */

export const looks = ["shaded", "base", "normal", "metallic", "roughness", "maps"] as const
export type Look = (typeof looks)[number]

export const lookTitles: Readonly<Record<Look, string>> = {
  shaded: "Shaded",
  base: "Base colour",
  normal: "Normals",
  metallic: "Metallic",
  roughness: "Roughness",
  maps: "Maps"
}

export const backdrops = ["studio", "white", "grey", "black"] as const
export type Backdrop = (typeof backdrops)[number]

export const backdropTitles: Readonly<Record<Backdrop, string>> = {
  studio: "Studio",
  white: "White",
  grey: "Grey",
  black: "Black"
}
