/** What is documented of the service, or observed, as far as the fake needs it. Each fact stands here once. */
import * as Duration from "effect/Duration"

export const service = "hunyuan"
export const version = "2023-09-01"

/** The last one is not documented, but observed. */
export const regions: ReadonlyArray<string> = ["ap-singapore", "na-siliconvalley", "eu-frankfurt"]

/** How many calls of one action are answered within any second. */
export const requestsPerSecond = 20

/** How far a signature's timestamp may be off the service's clock. */
export const maxSkew = Duration.minutes(5)

/** In bytes. */
export const maxRequestSize = 10 * 1024 * 1024

/** How long the service knows the id of a job. */
export const idLifetime = Duration.hours(24)

/** How long the link of a result file is valid. */
export const linkLifetime = Duration.hours(24)
