/**
 * Which fields of the API each flag of a request gives. The kinds that have a flag and
 * the values that it takes are read from the schemas of the kinds.
 */
import * as Array from "effect/Array"
import * as SchemaAST from "effect/SchemaAST"
import * as JobKind from "../job/JobKind.ts"

/** Kinds name the same thing differently: what a flag gives has one place or another. */
const places = {
  prompt: ["Prompt"],
  image: ["Image", "ImageUrl", "ImageBase64"],
  view: ["MultiViewImages"],
  model: ["Model"],
  "generate-type": ["GenerateType"],
  "face-count": ["FaceCount"],
  "face-level": ["FaceLevel"],
  "polygon-type": ["PolygonType"],
  "enable-pbr": ["EnablePBR"],
  "enable-geometry": ["EnableGeometry"],
  "result-format": ["ResultFormat"],
  file: ["File", "File3D"],
  "file-type": ["File.Type", "File3D.Type"],
  format: ["Format"],
  "motion-type": ["MotionType"],
  "part-segmentation-info": ["PartSegmentationInfo"],
  "enable-staged-generation": ["EnableStagedGeneration"],
  "enable-post-process": ["EnablePostProcess"]
}

export type Name = keyof typeof places

const flags = new Map(Object.entries(places).flatMap(([name, fields]) => fields.map((field) => [field, `--${name}`])))

/** The flag of a field of the request, or the field itself where it has none. */
export const flagOf = (field: string): string => flags.get(field) ?? field

const alternatives = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> =>
  SchemaAST.isUnion(ast) ? ast.types.flatMap(alternatives) : [ast]

/** The fields of a kind's request, or of one of its fields. */
const fieldsOf = (ast: SchemaAST.AST) =>
  alternatives(ast).flatMap((one) => (SchemaAST.isObjects(one) ? one.propertySignatures : []))

const typesAt = (kind: JobKind.Any, place: string): ReadonlyArray<SchemaAST.AST> =>
  place.split(".").reduce<ReadonlyArray<SchemaAST.AST>>(
    (asts, name) =>
      asts
        .flatMap(fieldsOf)
        .filter((field) => field.name === name)
        .map(({ type }) => type),
    [kind.submit.input.ast]
  )

/** Whether a kind's request has a field. */
export const hasField = (kind: JobKind.Any, field: string): boolean => typesAt(kind, field).length > 0

/** The kinds that have a flag, as the command line names them. */
export const kindsOf = (name: Name): ReadonlyArray<string> =>
  JobKind.all
    .filter((kind) => places[name].some((place) => hasField(kind, place)))
    .map(({ name }) => name.toLowerCase())

/** The values that a flag takes, of whatever kind; those that are spelled in both cases once. */
export const valuesOf = (name: Name): ReadonlyArray<string> => {
  const values = JobKind.all
    .flatMap((kind) => places[name].flatMap((place) => typesAt(kind, place)))
    .flatMap(alternatives)
    .flatMap((one) => (SchemaAST.isLiteral(one) && typeof one.literal === "string" ? [one.literal] : []))
  return Array.dedupeWith(values, (one, other) => one.toLowerCase() === other.toLowerCase())
}
