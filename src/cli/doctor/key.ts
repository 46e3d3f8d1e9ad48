/** Which names are set, where the key comes from, whether it looks like one, and who may read the files of keys. */
import * as Config from "effect/Config"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as UserDirectories from "effect/persistence/UserDirectories"
import * as Result from "effect/Result"
import type * as Credentials from "../../cloud/Credentials.ts"
import type { CredentialsError } from "../../cloud/CredentialsError.ts"
import { expiryOf, kindOf, shownId } from "../identity.ts"
import { type Check, ok, problem, warning } from "./check.ts"
import { mistakeIn } from "./form.ts"

const idName = "TENCENTCLOUD_SECRET_ID"
const keyName = "TENCENTCLOUD_SECRET_KEY"

// Whose values are secret.
const secretNames = [idName, keyName, "TENCENTCLOUD_SESSION_TOKEN", "TENCENTCLOUD_TOKEN"]

const otherNames = [
  "TENCENTCLOUD_REGION",
  "TCCLI_PROFILE",
  "TKE_REGION",
  "TKE_PROVIDER_ID",
  "TKE_ROLE_ARN",
  "TKE_WEB_IDENTITY_TOKEN_FILE"
]

// What people set in place of the names that are read.
const similarNames = [
  "TENCENTCLOUD_SECRETID",
  "TENCENTCLOUD_SECRETKEY",
  "TENCENT_CLOUD_SECRET_ID",
  "TENCENT_CLOUD_SECRET_KEY",
  "TENCENT_SECRET_ID",
  "TENCENT_SECRET_KEY",
  "TENCENTCLOUD_ACCESS_KEY_ID",
  "QCLOUD_SECRET_ID",
  "QCLOUD_SECRET_KEY",
  "HUNYUAN_SECRET_ID",
  "HUNYUAN_SECRET_KEY"
]

const read = (names: ReadonlyArray<string>) =>
  Effect.map(
    Effect.forEach(names, (name) =>
      Effect.map(Effect.option(Config.String(name)), (value) => [name, Option.getOrUndefined(value)] as const)
    ),
    (pairs) => pairs.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))
  )

const list = (names: ReadonlyArray<{ readonly name: string }>) => names.map(({ name }) => name).join(", ")

/** Which names are set in the environment. No value is shown. */
export const environment = Effect.gen(function* () {
  const secrets = yield* read(secretNames)
  const set = [...secrets, ...(yield* read(otherNames))]
  const found = set.length === 0 ? "No name of Tencent Cloud is set" : `Set: ${list(set)}`
  const empty = secrets.filter(({ value }) => value.trim() === "")
  if (empty.length > 0) return warning("environment", `Set and empty: ${list(empty)}`, "Set a value, or unset it.")
  const padded = secrets.filter(({ value }) => value !== value.trim())
  if (padded.length > 0) {
    return warning(
      "environment",
      `${found}. White space around: ${list(padded)}`,
      "Remove it. This program leaves it out, other programs sign with it."
    )
  }
  const similar = yield* read(similarNames)
  return secrets.length === 0 && similar.length > 0
    ? warning("environment", `${found}. Not read: ${list(similar)}`, `The names are ${idName} and ${keyName}.`)
    : ok("environment", found)
})

// A key that its source renews is newer than that.
const soon = Duration.minutes(5)

/** The key that calls are signed with. */
export const key = (got: Result.Result<Credentials.Credential, CredentialsError>, now: DateTime.Utc): Check => {
  if (Result.isFailure(got)) {
    return problem("key", "There is no key to sign with", got.failure.message)
  }
  const credential = got.success
  const { expiresAt, secretId, source = "a source without a name" } = credential
  const from = `${shownId(secretId)}, ${kindOf(credential)}, from ${source}`
  if (expiresAt !== undefined && DateTime.isLessThanOrEqualTo(expiresAt, now)) {
    return problem("key", `${from}. It expired at ${DateTime.formatIso(expiresAt)}`, "Get a new temporary key.")
  }
  const found = expiresAt === undefined ? from : `${from}. It expires at ${expiryOf(expiresAt, now)}`
  const mistake = mistakeIn(credential)
  if (mistake === undefined) {
    return expiresAt !== undefined && DateTime.isLessThan(expiresAt, DateTime.addDuration(now, soon))
      ? warning("key", found, "Get a new temporary key before that.")
      : ok("key", found)
  }
  return { name: "key", verdict: mistake.verdict, found: `${found}. ${mistake.found}`, advice: mistake.advice }
}

// The files of keys of the SDKs and of the command-line tool.
const keyFiles = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const home = yield* UserDirectories.make().home
  const tool = path.join(home, ".tccli")
  const names = yield* Effect.orElseSucceed(fs.readDirectory(tool), () => [])
  return [
    path.join(home, ".tencentcloud", "credentials"),
    "/etc/tencentcloud/credentials",
    ...names.filter((name) => name.endsWith(".credential")).map((name) => path.join(tool, name))
  ]
})

/** Whether others than the owner may read a file. On Windows the mode says nothing. */
const mode = (file: string) =>
  FileSystem.FileSystem.use((fs) => fs.stat(file)).pipe(
    Effect.map(({ mode }) => [{ file, isOpen: (mode & 0o077) !== 0 }]),
    Effect.orElseSucceed(() => [])
  )

/** Who may read the files of keys. */
export const files = Effect.gen(function* () {
  const path = yield* Path.Path
  const found = (yield* Effect.forEach(yield* Effect.orElseSucceed(keyFiles, () => []), mode)).flat()
  if (found.length === 0) return ok("files", "There are no files of keys")
  const open = path.sep === "\\" ? [] : found.filter(({ isOpen }) => isOpen).map(({ file }) => file)
  return open.length === 0
    ? ok("files", `Only their owner can read ${found.map(({ file }) => file).join(", ")}`)
    : warning("files", `Others on this machine can read ${open.join(", ")}`, `Run: chmod 600 ${open.join(" ")}`)
})
