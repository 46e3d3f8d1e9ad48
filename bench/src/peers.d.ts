/** What the bench uses of a peer that brings no types. */
declare module "tencentcloud-sdk-nodejs-intl-en/tencentcloud/common/index.js" {
  interface Client {
    readonly request: (
      action: string,
      input: unknown,
      options: unknown,
      callback: (error: Error | null, answer: unknown) => void
    ) => void
  }
  const common: {
    readonly Credential: new (secretId: string, secretKey: string) => object
    readonly HttpProfile: new (protocol: string, endpoint: string) => object
    readonly ClientProfile: new (signMethod: string, httpProfile: object) => object
    readonly CommonClient: new (
      endpoint: string,
      version: string,
      credential: object,
      region: string,
      profile: object
    ) => Client
  }
  export default common
}
