/** What the library's errors advise, in the words of the command line: flags, where the library has options. */
import * as Duration from "effect/Duration"
import type * as ApiError from "../cloud/ApiError.ts"
import * as Hunyuan from "../job/Hunyuan.ts"
import type { JobFailed } from "../job/QueryJob.ts"
import { seconds } from "./seconds.ts"

/** The message of a reason. */
export const reasonInFlags = (reason: ApiError.Reason): string => {
  switch (reason._tag) {
    case "Timeout":
      return (
        `No answer came within ${seconds(Duration.toMillis(reason.timeout))}. ` +
        "Check the network, or allow an attempt more time with --request-timeout."
      )
    case "NotFound":
      return (
        `The region ${reason.region} knows no such job of this kind. Check the id, --kind and --region ` +
        `(${Hunyuan.regions.join(", ")}): a job is known only with the kind and in the region of its submission, ` +
        `for ${Duration.toHours(Hunyuan.idLifetime)} hours. (${reason.code}: ${reason.description})`
      )
    case "Unsupported":
      return (
        "The endpoint does not offer this kind of job or this region. Choose another --region, --kind or --endpoint. " +
        `(${reason.code}: ${reason.description})`
      )
    default:
      return reason.message
  }
}

/** The message of an error of the API. */
export const inFlags = (error: ApiError.ApiError): string =>
  error.message.replace(error.reason.message, () => reasonInFlags(error.reason))

/** Why a job failed, and whether it is paid for. */
export const failedJob = ({ job, message }: JobFailed): string =>
  job.credits === undefined
    ? `${message} A failed job costs nothing, by the price list.`
    : `${message} The service reports ${job.credits.consumed} credits for it.`
