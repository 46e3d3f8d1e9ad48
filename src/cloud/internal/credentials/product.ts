import type * as Operation from "../../Operation.ts"

/**
 * The Security Token Service as a product. Its host is that of the international site.
 *
 * @category facts
 * @since 0.1.0
 */
export const sts: Operation.Product = {
  host: "sts.intl.tencentcloudapi.com",
  service: "sts",
  version: "2018-08-13"
}
