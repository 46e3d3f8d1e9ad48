/** What the bench uses of peers that bring no types. */
declare module "tencentcloud-sdk-nodejs-intl-en/tencentcloud/common/index.js" {
  class Credential {
    constructor(secretId: string, secretKey: string)
  }
  class HttpProfile {
    constructor(protocol: string, endpoint: string)
  }
  class ClientProfile {
    constructor(signMethod: string, httpProfile: HttpProfile)
  }
  class CommonClient {
    constructor(endpoint: string, version: string, credential: Credential, region: string, profile: ClientProfile)
    request(
      action: string,
      input: unknown,
      options: unknown,
      callback: (error: Error | null, answer: unknown) => void
    ): void
  }
  const common: {
    readonly Credential: typeof Credential
    readonly HttpProfile: typeof HttpProfile
    readonly ClientProfile: typeof ClientProfile
    readonly CommonClient: typeof CommonClient
  }
  export default common
}
