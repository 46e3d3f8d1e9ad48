/**
 * What the page says of each kind of job and its fields. Schemas have no documentation at run time, so it stands here
 * once more, in a few words. A kind of one's own has no texts, and its form works all the same.
 */
import type * as Schema from "effect/Schema"

interface FieldText {
  readonly description: string
  readonly default?: string
}

interface KindText {
  readonly description: string
  /** What concerns several fields. */
  readonly rules: ReadonlyArray<string>
  readonly example: Readonly<Record<string, Schema.Json>>
}

const model = "https://example.com/model"

export const kinds: Readonly<Record<string, KindText>> = {
  Pro: {
    description: "A model from a prompt or images, in full quality.",
    rules: [
      "Give exactly one of Prompt, ImageBase64 and ImageUrl. With Sketch a prompt may stand beside an image.",
      "Model 3.1 has no LowPoly and no Sketch. Model 3.0 takes the views left, right and back only.",
      "PolygonType is for LowPoly only."
    ],
    example: { Prompt: "a brass teapot" }
  },
  Rapid: {
    description: "A model from a prompt or an image, sooner and simpler.",
    rules: ["Give exactly one of Prompt, ImageBase64 and ImageUrl.", "With EnableGeometry the file cannot be OBJ."],
    example: { Prompt: "a brass teapot" }
  },
  SmartTopology: {
    description: "The same model with fewer and tidier faces.",
    rules: [],
    example: { File3D: { Url: `${model}.glb`, Type: "glb" } }
  },
  UV: {
    description: "The model's surface unfolded onto a plane.",
    rules: [],
    example: { File: { Url: `${model}.glb`, Type: "glb" } }
  },
  Part: {
    description: "The model taken apart into its components.",
    rules: [],
    example: { File: { Url: `${model}.fbx`, Type: "fbx" } }
  },
  TextureEdit: {
    description: "The same model with another texture, by a prompt or an image.",
    rules: ["Give exactly one of Image and Prompt.", "EnablePBR goes with a prompt only."],
    example: { File3D: { Url: `${model}.fbx`, Type: "fbx" }, Prompt: "green marble" }
  },
  Convert3DFormat: {
    description: "The same model in another format.",
    rules: [],
    example: { File: { Url: `${model}.glb`, Type: "glb" }, Format: "STL" }
  },
  AutoRigging: {
    description: "A character given bones, and a motion if wanted.",
    rules: ["The character stands upright with its arms stretched out sideways."],
    example: { File3D: { Url: `${model}.fbx`, Type: "fbx" } }
  }
}

const link = "A link to the 3D file, which the service fetches."
const type = "The type of that file."

/** By the place of a field in its request; of a kind alone, with its name before it. */
export const fields: Readonly<Record<string, FieldText>> = {
  Prompt: { description: "What to make, in words." },
  "TextureEdit.Prompt": { description: "What the texture looks like, in words." },
  ImageBase64: { description: "The image to start from: PNG, JPEG or WEBP, sides of 128 to 5000 px, at most 6 MB." },
  ImageUrl: { description: "The same as a link, at most 8 MB." },
  Model: { description: "The version of the model.", default: "3.0" },
  MultiViewImages: {
    description: "Images of other sides of the same thing: PNG, JPEG or WEBP, or a link to one."
  },
  EnablePBR: { description: "Make materials for physically based rendering." },
  FaceCount: { description: "How many faces the model has.", default: "500000" },
  GenerateType: {
    description: "With textures, of few faces, without textures (as GLB only), or from a drawing.",
    default: "Normal"
  },
  PolygonType: { description: "The shape of the faces.", default: "triangle" },
  ResultFormat: { description: "The file to make." },
  EnableGeometry: { description: "Leave the textures out." },
  FaceLevel: { description: "How many faces to leave." },
  "File.Url": { description: link },
  "File.Type": { description: type },
  "File3D.Url": { description: link },
  "File3D.Type": { description: type },
  PartSegmentationInfo: {
    description: 'Where to cut: mesh parts and their face ids, as {"part_1": {"face_ids": [1, 2]}}.'
  },
  EnableStagedGeneration: { description: "Generate the parts in stages." },
  EnablePostProcess: { description: "Post-process the parts." },
  "Image.Url": { description: "The texture as a link to an image." },
  "Image.Base64": {
    description: "The texture as an image: PNG or JPEG, sides of 128 to 4096 px, less than 10 MB encoded."
  },
  Format: { description: "The format to convert to." },
  MotionType: { description: "How it moves: the number of a preset motion in the vendor's list. No motion by default." }
}
