/** The package has no types of its own. It is CommonJS, so that all is in its default export. */
declare module "gltf-validator" {
  const validator: {
    readonly validateBytes: (
      bytes: Uint8Array,
      options?: { readonly format?: "glb"; readonly maxIssues?: number; readonly writeTimestamp?: boolean }
    ) => Promise<unknown>
  }
  export default validator
}
