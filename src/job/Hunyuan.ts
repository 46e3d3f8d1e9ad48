/**
 * What Tencent Cloud documents of its Hunyuan 3D service, as data: where it is
 * called, in which regions, and how long ids and links live.
 *
 * Sources: the API pages and the official SDKs of 2025 and 2026. A fact stands here
 * once; the fake, the program and the messages read it.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Operation from "../cloud/Operation.ts"

/**
 * The international Hunyuan product, to which all kinds of job belong.
 *
 * @category facts
 * @since 0.1.0
 */
export const product: Operation.Product = {
  host: "hunyuan.intl.tencentcloudapi.com",
  service: "hunyuan",
  version: "2023-09-01"
}

/**
 * The regions that compute 3D jobs. The last one is not documented, but observed.
 *
 * @category facts
 * @since 0.1.0
 */
export const regions: ReadonlyArray<string> = ["ap-singapore", "na-siliconvalley", "eu-frankfurt"]

/**
 * How long the service knows the id of a job.
 *
 * @category facts
 * @since 0.1.0
 */
export const idLifetime: Duration.Input = "24 hours"

/**
 * How long the link of a result file is valid.
 *
 * @category facts
 * @since 0.1.0
 */
export const linkLifetime: Duration.Input = "24 hours"
