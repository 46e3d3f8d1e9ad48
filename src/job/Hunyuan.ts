/**
 * What Tencent Cloud documents of its Hunyuan 3D service, as data: where it is
 * called, in which regions, how long ids and links live, and which images it takes.
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

/**
 * A format of images that the service takes.
 *
 * @category models
 * @since 0.1.0
 */
export type ImageFormat = "png" | "jpeg" | "webp"

/**
 * What the service asks of an image that is sent as base64.
 *
 * @category models
 * @since 0.1.0
 */
export interface ImageLimits {
  readonly formats: ReadonlyArray<ImageFormat>
  /** The fewest pixels of each side. */
  readonly minSide: number
  /** The most pixels of each side. */
  readonly maxSide: number
  /** The most bytes, before they are encoded as base64. */
  readonly maxSize: number
}

/**
 * What is asked of an image, by what it is for: the `subject` of a Pro or Rapid job
 * (`ImageBase64`), another `view` of it (`ViewImageBase64`), or the `texture` of a
 * TextureEdit job (`Base64` of `Image`).
 *
 * **Gotchas**
 *
 * - The pages say MB, and not which: here it is 10^6 bytes, which passes both.
 * - A view has more than 128 and less than 5000 px, a subject 128 to 5000.
 *
 * @category facts
 * @since 0.1.0
 */
export const imageLimits: {
  readonly subject: ImageLimits
  readonly view: ImageLimits
  readonly texture: ImageLimits
} = {
  subject: { formats: ["png", "jpeg", "webp"], minSide: 128, maxSide: 5000, maxSize: 6_000_000 },
  // 8 MB after encoding.
  view: { formats: ["png", "jpeg"], minSide: 129, maxSide: 4999, maxSize: 6_000_000 },
  // Less than 10 MB after encoding.
  texture: { formats: ["png", "jpeg"], minSide: 128, maxSide: 4096, maxSize: 7_499_997 }
}
