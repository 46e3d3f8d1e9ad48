/**
 * Who signs: a source of secret id, secret key and, for a temporary credential,
 * session token.
 *
 * `Credentials` holds an effect, not a value, because temporary credentials
 * expire: `Signer` runs it once for every attempt, and a source may answer with
 * another credential each time.
 *
 * - `layerDefault` takes the first source that is configured: the environment, the
 *   profile of the SDKs, that of tccli, the role of the CVM, the identity in TKE.
 * - `layerEnv`, `layerProfile`, `layerTccli`, `layerCvmRole` and `layerOidc` are these
 *   sources, each alone. `layerAssumeRole` takes a role with the credential of another.
 * - `layer` and `layerConfig` give a fixed credential.
 *
 * The environment is read once, while the layer is built. Files are read again at most
 * once a minute, so that a changed credential is picked up. What expires is fetched once
 * for all fibers and refreshed in time, as `makeRefreshing` says. When the service
 * refuses a token, the source is read or fetched again at once.
 *
 * Why there is no credential is a `CredentialsError` with a tagged reason. Each
 * credential names its `source`, for people.
 *
 * **Gotchas**
 *
 * - Secrets are `Redacted` from here on. Only `Tc3` unwraps the secret key, and
 *   only `Signer` the token.
 * - A source should answer with the same `Redacted` secret key for as long as the
 *   key is the same: `Tc3` keeps what it derives from a key on that value.
 * - White space around configured values is cut off. Quotes, spaces and what stands
 *   behind a `#`, `:`, `,` or `;` in a value are refused with `WrongFormat`, except by
 *   `layer` and `layerConfig`: the service says no more than that it does not know the
 *   key or that the signature is wrong. In an INI file, quotes around a value and a
 *   comment behind it are a part of the format.
 *
 * @since 0.1.0
 */
export { type Credential, Credentials } from "./internal/credentials/model.ts"
export { layer, layerConfig, layerEnv } from "./internal/credentials/env.ts"
export { layerProfile, type ProfileOptions } from "./internal/credentials/profile.ts"
export { layerTccli, type TccliOptions } from "./internal/credentials/tccli.ts"
export { type CvmRoleOptions, layerCvmRole } from "./internal/credentials/cvmRole.ts"
export { type AssumeRoleOptions, layerAssumeRole } from "./internal/credentials/assumeRole.ts"
export { layerOidc, type OidcOptions } from "./internal/credentials/oidc.ts"
export { type DefaultOptions, layerDefault } from "./internal/credentials/default.ts"
export { makeRefreshing } from "./internal/credentials/refreshing.ts"
export { sts } from "./internal/credentials/product.ts"
