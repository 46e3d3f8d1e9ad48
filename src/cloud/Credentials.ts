/**
 * Who signs: a source of secret id, secret key and, for a temporary credential,
 * session token.
 *
 * `Credentials` holds an effect, not a value, because temporary credentials
 * expire: `Signer` runs it once for every attempt, and a source may answer with
 * another credential each time. `layer` and `layerConfig` give a fixed credential,
 * `layerEnv` the one of the environment variables of Tencent Cloud's own tools.
 *
 * **Gotchas**
 *
 * - Secrets are `Redacted` from here on. Only `Tc3` unwraps the secret key, and
 *   only `Signer` the token.
 * - A source should answer with the same `Redacted` secret key for as long as the
 *   key is the same: `Tc3` keeps what it derives from a key on that value.
 * - White space around configured values is cut off. The service refuses a key
 *   that was pasted with a line break as `AuthFailure.SecretIdNotFound`.
 *
 * @since 0.1.0
 */
export { type Credential, Credentials } from "./internal/credentials/model.ts"
export { layer, layerConfig, layerEnv } from "./internal/credentials/env.ts"
export { makeRefreshing } from "./internal/credentials/refreshing.ts"
export { type CvmRoleOptions, layerCvmRole } from "./internal/credentials/cvmRole.ts"
export { type AssumeRoleOptions, layerAssumeRole } from "./internal/credentials/assumeRole.ts"
export { layerOidc, type OidcOptions } from "./internal/credentials/oidc.ts"
export { sts } from "./internal/credentials/product.ts"
