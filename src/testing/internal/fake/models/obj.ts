/** Writes a model as OBJ: a zip of the mesh, its materials and their texture. */
import { zipSync } from "fflate"
import { utf8 } from "../../../../internal/sha256.ts"
import type { Model } from "./model.ts"
import { encodePng } from "./png.ts"

const fixed = (values: ReadonlyArray<number>) => values.map((value) => String(Math.round(value * 1e5) / 1e5)).join(" ")

const meshOf = ({ parts, textures }: Model): string => {
  const lines = ["# effect-hunyuan3d/Fake", "mtllib model.mtl"]
  let first = 1
  for (const part of parts) {
    lines.push(`o ${part.name}`, `usemtl ${part.surface}`)
    for (const { faces, vertices } of part.patches) {
      for (const {
        normal,
        position,
        uv: [u, v]
      } of vertices) {
        lines.push(`v ${fixed(position)}`, `vn ${fixed(normal)}`)
        // Here v runs up.
        if (textures !== undefined) lines.push(`vt ${fixed([u, 1 - v])}`)
      }
      const corner = (index: number) => {
        const at = first + index
        return textures === undefined ? `${at}//${at}` : `${at}/${at}/${at}`
      }
      for (const face of faces) lines.push(`f ${face.map(corner).join(" ")}`)
      first += vertices.length
    }
  }
  return `${lines.join("\n")}\n`
}

const materialsOf = ({ surfaces, textures }: Model): string =>
  Object.entries(surfaces)
    .map(([name, { alpha, color, metallic, roughness }]) =>
      [
        `newmtl ${name}`,
        textures === undefined ? `Kd ${fixed(color)}` : "Kd 1 1 1",
        `Ks ${fixed([0.5, 0.5, 0.5].map((shine) => shine * (1 - roughness)))}`,
        `Ns ${fixed([2 + (1 - roughness) ** 2 * 400])}`,
        `d ${fixed([alpha])}`,
        `Pr ${fixed([roughness])}`,
        `Pm ${fixed([metallic])}`,
        ...(textures === undefined ? [] : ["map_Kd texture.png"])
      ].join("\n")
    )
    .join("\n\n")

/** Always the same time, so that the same model is the same bytes: that of the first zip files. */
const mtime = "1980-01-02T00:00:00"

export const encodeObj = (model: Model): Uint8Array =>
  zipSync(
    {
      "model.obj": utf8(meshOf(model)),
      "model.mtl": utf8(`${materialsOf(model)}\n`),
      ...(model.textures === undefined ? {} : { "texture.png": encodePng(model.textures.color) })
    },
    { level: 6, mtime }
  )
