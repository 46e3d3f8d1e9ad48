/** Where a call goes, and what is called. */
import * as Hunyuan from "../../../job/Hunyuan.ts"
import type * as JobKind from "../../../job/JobKind.ts"
import type { WithFiles } from "../literals.ts"

export interface Where {
  /** Such as `https://hunyuan.intl.tencentcloudapi.com`. */
  readonly endpoint: string
  readonly region: string
}

export interface CallOf extends WithFiles {
  readonly kind: JobKind.Any
  readonly where: Where
}

export const urlOf = ({ endpoint }: Where): URL => new URL(endpoint)

/** Whether it is another endpoint than the product's own. */
export const isOther = (where: Where): boolean => urlOf(where).host !== Hunyuan.product.host

export const defaultRegion = "ap-singapore"

export const keysNeeded = "TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY in the environment"

export const filesNeeded = ({ files }: WithFiles): string =>
  files.length === 0 ? "" : ` It reads ${files.map(({ name }) => name).join(", ")}: put your image there.`
