/**
 * The two sites of Tencent Cloud that have accounts of their own. A key of one is unknown to the other, and the refusal
 * does not say so.
 */
import type * as Operation from "../../cloud/Operation.ts"
import * as Hunyuan from "../../job/Hunyuan.ts"

export interface Site {
  readonly name: string
  readonly product: Operation.Product
  readonly region: string
  /** Its page of API keys. */
  readonly console: string
}

/** The site that this program calls. */
export const international: Site = {
  name: "the international site (tencentcloud.com)",
  product: Hunyuan.product,
  region: "ap-singapore",
  console: "https://console.tencentcloud.com/cam/capi"
}

export const mainland: Site = {
  name: "the mainland site (cloud.tencent.com)",
  product: { host: "ai3d.tencentcloudapi.com", service: "ai3d", version: "2025-05-13" },
  region: "ap-guangzhou",
  console: "https://console.cloud.tencent.com/cam/capi"
}
