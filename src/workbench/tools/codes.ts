/** The documented error codes, with what this library makes of each, and what to do. */
import { reasonFromCode } from "../../cloud/ApiError.ts"
import * as Hunyuan from "../../job/Hunyuan.ts"
import type { ErrorCode } from "../Api.ts"
import { meanings } from "./meanings.ts"

const [region = ""] = Hunyuan.regions

const codeOf = (code: string, meaning: string): ErrorCode => {
  const reason = reasonFromCode({ code, description: meaning, region })
  return {
    code,
    reason: reason._tag,
    meaning,
    isRetryable: reason.isRetryable,
    // Without the code and the meaning, which stand in brackets at its end.
    advice: reason.message.replace(` (${code}: ${meaning})`, "")
  }
}

export const codes: ReadonlyArray<ErrorCode> = Object.entries(meanings).map(([code, meaning]) => codeOf(code, meaning))
