import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Operation from "../cloud/Operation.ts"
import * as Job from "./Job.ts"
declare const Target: Schema.Struct<{
  readonly JobId: Schema.brand<Schema.String, "effect-hunyuan3d/JobId">
}>
declare const Submitted: Schema.Struct<{
  readonly JobId: Schema.NonEmptyString
  readonly RequestId: Schema.optional<Schema.String>
}>
export interface JobKind<out Request extends Operation.Codec> {
  readonly name: string
  readonly submit: Operation.Operation<Request, typeof Submitted>
  readonly query: Operation.Operation<typeof Target, typeof Job.Response>
  readonly tasksAtOnce: number
}
export type Any = JobKind<Operation.Codec>
export declare const make: <Request extends Operation.Codec>(kind: {
  readonly name: string
  readonly submit: string
  readonly query: string
  readonly product?: Operation.Product | undefined
  readonly tasksAtOnce?: number | undefined
  readonly request: Request
}) => JobKind<Request>
export declare const ProRequest: Schema.Struct<{
  readonly Prompt: Schema.optional<Schema.String>
  readonly ImageBase64: Schema.optional<Schema.String>
  readonly ImageUrl: Schema.optional<Schema.String>
  readonly Model: Schema.optional<Schema.Literals<readonly ["3.0", "3.1"]>>
  readonly MultiViewImages: Schema.optional<
    Schema.$Array<
      Schema.Struct<{
        readonly ViewType: Schema.Literals<
          readonly ["left", "right", "back", "top", "bottom", "left_front", "right_front"]
        >
        readonly ViewImageUrl: Schema.optional<Schema.String>
        readonly ViewImageBase64: Schema.optional<Schema.String>
      }>
    >
  >
  readonly EnablePBR: Schema.optional<Schema.Boolean>
  readonly FaceCount: Schema.optional<Schema.Number>
  readonly GenerateType: Schema.optional<Schema.Literals<readonly ["Normal", "LowPoly", "Geometry", "Sketch"]>>
  readonly PolygonType: Schema.optional<Schema.Literals<readonly ["triangle", "quadrilateral"]>>
}>
export type ProRequest = typeof ProRequest.Type
export declare const Pro: JobKind<
  Schema.Struct<{
    readonly Prompt: Schema.optional<Schema.String>
    readonly ImageBase64: Schema.optional<Schema.String>
    readonly ImageUrl: Schema.optional<Schema.String>
    readonly Model: Schema.optional<Schema.Literals<readonly ["3.0", "3.1"]>>
    readonly MultiViewImages: Schema.optional<
      Schema.$Array<
        Schema.Struct<{
          readonly ViewType: Schema.Literals<
            readonly ["left", "right", "back", "top", "bottom", "left_front", "right_front"]
          >
          readonly ViewImageUrl: Schema.optional<Schema.String>
          readonly ViewImageBase64: Schema.optional<Schema.String>
        }>
      >
    >
    readonly EnablePBR: Schema.optional<Schema.Boolean>
    readonly FaceCount: Schema.optional<Schema.Number>
    readonly GenerateType: Schema.optional<Schema.Literals<readonly ["Normal", "LowPoly", "Geometry", "Sketch"]>>
    readonly PolygonType: Schema.optional<Schema.Literals<readonly ["triangle", "quadrilateral"]>>
  }>
>
export declare const RapidRequest: Schema.Struct<{
  readonly Prompt: Schema.optional<Schema.String>
  readonly ImageBase64: Schema.optional<Schema.String>
  readonly ImageUrl: Schema.optional<Schema.String>
  readonly ResultFormat: Schema.optional<Schema.Literals<readonly ["OBJ", "GLB", "STL", "USDZ", "FBX", "MP4", "GIF"]>>
  readonly EnablePBR: Schema.optional<Schema.Boolean>
  readonly EnableGeometry: Schema.optional<Schema.Boolean>
}>
export type RapidRequest = typeof RapidRequest.Type
export declare const Rapid: JobKind<
  Schema.Struct<{
    readonly Prompt: Schema.optional<Schema.String>
    readonly ImageBase64: Schema.optional<Schema.String>
    readonly ImageUrl: Schema.optional<Schema.String>
    readonly ResultFormat: Schema.optional<Schema.Literals<readonly ["OBJ", "GLB", "STL", "USDZ", "FBX", "MP4", "GIF"]>>
    readonly EnablePBR: Schema.optional<Schema.Boolean>
    readonly EnableGeometry: Schema.optional<Schema.Boolean>
  }>
>
export declare const SmartTopologyRequest: Schema.Struct<{
  readonly File3D: Schema.Struct<{
    readonly Url: Schema.String
    readonly Type: Schema.Literals<readonly ["glb", "GLB", "obj", "OBJ"]>
  }>
  readonly PolygonType: Schema.optional<Schema.Literals<readonly ["triangle", "quadrilateral"]>>
  readonly FaceLevel: Schema.optional<Schema.Literals<readonly ["high", "medium", "low"]>>
}>
export type SmartTopologyRequest = typeof SmartTopologyRequest.Type
export declare const SmartTopology: JobKind<
  Schema.Struct<{
    readonly File3D: Schema.Struct<{
      readonly Url: Schema.String
      readonly Type: Schema.Literals<readonly ["glb", "GLB", "obj", "OBJ"]>
    }>
    readonly PolygonType: Schema.optional<Schema.Literals<readonly ["triangle", "quadrilateral"]>>
    readonly FaceLevel: Schema.optional<Schema.Literals<readonly ["high", "medium", "low"]>>
  }>
>
export declare const UVRequest: Schema.Struct<{
  readonly File: Schema.Struct<{
    readonly Url: Schema.String
    readonly Type: Schema.Literals<readonly ["fbx", "FBX", "obj", "OBJ", "glb", "GLB"]>
  }>
}>
export type UVRequest = typeof UVRequest.Type
export declare const UV: JobKind<
  Schema.Struct<{
    readonly File: Schema.Struct<{
      readonly Url: Schema.String
      readonly Type: Schema.Literals<readonly ["fbx", "FBX", "obj", "OBJ", "glb", "GLB"]>
    }>
  }>
>
export declare const PartRequest: Schema.Struct<{
  readonly File: Schema.Struct<{
    readonly Url: Schema.String
    readonly Type: Schema.Literals<readonly ["fbx", "FBX"]>
  }>
  readonly PartSegmentationInfo: Schema.optional<Schema.String>
  readonly EnableStagedGeneration: Schema.optional<Schema.Boolean>
  readonly EnablePostProcess: Schema.optional<Schema.Boolean>
}>
export type PartRequest = typeof PartRequest.Type
export declare const Part: JobKind<
  Schema.Struct<{
    readonly File: Schema.Struct<{
      readonly Url: Schema.String
      readonly Type: Schema.Literals<readonly ["fbx", "FBX"]>
    }>
    readonly PartSegmentationInfo: Schema.optional<Schema.String>
    readonly EnableStagedGeneration: Schema.optional<Schema.Boolean>
    readonly EnablePostProcess: Schema.optional<Schema.Boolean>
  }>
>
export declare const TextureEditRequest: Schema.Struct<{
  readonly File3D: Schema.Struct<{
    readonly Url: Schema.String
    readonly Type: Schema.Literals<readonly ["fbx", "FBX"]>
  }>
  readonly Image: Schema.optional<
    Schema.Struct<{
      readonly Url: Schema.optional<Schema.String>
      readonly Base64: Schema.optional<Schema.String>
    }>
  >
  readonly Prompt: Schema.optional<Schema.String>
  readonly EnablePBR: Schema.optional<Schema.Boolean>
}>
export type TextureEditRequest = typeof TextureEditRequest.Type
export declare const TextureEdit: JobKind<
  Schema.Struct<{
    readonly File3D: Schema.Struct<{
      readonly Url: Schema.String
      readonly Type: Schema.Literals<readonly ["fbx", "FBX"]>
    }>
    readonly Image: Schema.optional<
      Schema.Struct<{
        readonly Url: Schema.optional<Schema.String>
        readonly Base64: Schema.optional<Schema.String>
      }>
    >
    readonly Prompt: Schema.optional<Schema.String>
    readonly EnablePBR: Schema.optional<Schema.Boolean>
  }>
>
export declare const Convert3DFormatRequest: Schema.Struct<{
  readonly File: Schema.Struct<{
    readonly Url: Schema.String
    readonly Type: Schema.Literals<readonly ["fbx", "FBX", "obj", "OBJ", "glb", "GLB"]>
  }>
  readonly Format: Schema.Literals<readonly ["STL", "USDZ", "FBX", "MP4", "GIF"]>
}>
export type Convert3DFormatRequest = typeof Convert3DFormatRequest.Type
export declare const Convert3DFormat: JobKind<
  Schema.Struct<{
    readonly File: Schema.Struct<{
      readonly Url: Schema.String
      readonly Type: Schema.Literals<readonly ["fbx", "FBX", "obj", "OBJ", "glb", "GLB"]>
    }>
    readonly Format: Schema.Literals<readonly ["STL", "USDZ", "FBX", "MP4", "GIF"]>
  }>
>
export declare const AutoRiggingRequest: Schema.Struct<{
  readonly File3D: Schema.Struct<{
    readonly Url: Schema.String
    readonly Type: Schema.Literals<readonly ["fbx", "FBX", "obj", "OBJ"]>
  }>
  readonly MotionType: Schema.optional<Schema.Number>
}>
export type AutoRiggingRequest = typeof AutoRiggingRequest.Type
export declare const AutoRigging: JobKind<
  Schema.Struct<{
    readonly File3D: Schema.Struct<{
      readonly Url: Schema.String
      readonly Type: Schema.Literals<readonly ["fbx", "FBX", "obj", "OBJ"]>
    }>
    readonly MotionType: Schema.optional<Schema.Number>
  }>
>
export declare const all: ReadonlyArray<Any>
export declare const fromName: (name: string, kinds?: ReadonlyArray<Any>) => Option.Option<Any>
export {}
