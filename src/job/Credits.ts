/**
 * What a request costs, before it is paid: an estimate in credits, by the vendor's
 * price list.
 *
 * A price list is data: for each kind, by its name, a base and the surcharges of
 * single fields. `international` is the list of the international site. `estimate`
 * looks only at the values of the fields that the list names. It calls nothing, and
 * reads no prompt and no image. `format` makes one line of an estimate.
 *
 * An estimate has two ends, because the list does not answer every question. Both are
 * the same where it does. Compare a limit with `high`.
 *
 * **Gotchas**
 *
 * - The credits are the vendor's. The money is a range: a credit costs least from the
 *   largest pack, and most when it is paid afterwards.
 * - Prices change. An estimate holds the date of its list.
 * - A job that fails is not charged. What a job did cost is `job.credits`, where the
 *   service reports it.
 * - A request that sends the default, such as 500000 for `FaceCount`, has two ends. So
 *   has one with a field that has no effect, such as `EnablePBR` with `Geometry`.
 *   Leave such fields out, and both ends are the same.
 * - `Part` in stages takes two requests. The estimate of each is that of both together.
 *
 * **Example** (A limit)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Option } from "effect"
 * import * as Credits from "effect-hunyuan3d/Credits"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 *
 * const estimate = Credits.estimate(JobKind.Pro, { Prompt: "a cat", EnablePBR: true })
 * assert.equal(Option.exists(estimate, ({ high }) => high <= 40), true)
 * ```
 *
 * @since 0.1.0
 */
import * as EffectNumber from "effect/Number"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import type * as Operation from "../cloud/Operation.ts"
import type * as JobKind from "./JobKind.ts"

/**
 * Two ends, which may be the same.
 *
 * @category models
 * @since 0.1.0
 */
export interface Range {
  readonly low: number
  readonly high: number
}

/**
 * An amount of money, in units of the currency such as dollars.
 *
 * @category models
 * @since 0.1.0
 */
export interface Money extends Range {
  /** The code of the currency, such as `USD`. */
  readonly currency: string
}

/**
 * What a job costs in credits, and why: `base` and all `surcharges` together.
 *
 * @category models
 * @since 0.1.0
 */
export interface Estimate extends Range {
  /** What the job costs without surcharges. */
  readonly base: number
  /** What each field of the request adds. */
  readonly surcharges: ReadonlyArray<Range & { readonly field: string }>
  readonly price: Money
  /** The day of the price list, such as `2026-05-08`. */
  readonly priceListDate: string
}

/**
 * What a field adds to the base when it is set: when it is there and is neither
 * `false` nor an empty list.
 *
 * @category models
 * @since 0.1.0
 */
export interface Surcharge<Request = Readonly<Record<string, unknown>>> {
  readonly field: Extract<keyof Request, string>
  readonly credits: number
  /**
   * Requests for which the list does not say whether the field is charged, each by the
   * values of some fields. The field then adds from 0 to `credits`.
   */
  readonly unclearWhen?: ReadonlyArray<Partial<Request>>
}

/**
 * What the jobs of one kind cost.
 *
 * @category models
 * @since 0.1.0
 */
export interface Prices<Request = Readonly<Record<string, unknown>>> {
  /** One number, or one for each value of a field; `default` is the value when the field is left out. */
  readonly base:
    | number
    | {
        readonly field: Extract<keyof Request, string>
        readonly default: string
        readonly credits: Readonly<Record<string, number>>
      }
  readonly surcharges?: ReadonlyArray<Surcharge<Request>>
}

/**
 * What the jobs of all kinds cost, and what a credit costs.
 *
 * @category models
 * @since 0.1.0
 */
export interface PriceList {
  /** The day of the list, such as `2026-05-08`. */
  readonly date: string
  readonly perCredit: Money
  /** By the name of the kind. */
  readonly kinds: Readonly<Record<string, Prices>>
}

const pro: Prices<JobKind.ProRequest> = {
  base: {
    field: "GenerateType",
    default: "Normal",
    credits: { Normal: 25, LowPoly: 30, Geometry: 15, Sketch: 25 }
  },
  surcharges: [
    // Once, however many views there are.
    { field: "MultiViewImages", credits: 10 },
    { field: "EnablePBR", credits: 10, unclearWhen: [{ GenerateType: "Geometry" }] },
    // The list says "custom face count". It does not say whether the default is custom when it is sent.
    { field: "FaceCount", credits: 10, unclearWhen: [{ GenerateType: "LowPoly" }, { FaceCount: 500_000 }] }
  ]
}

const rapid: Prices<JobKind.RapidRequest> = { base: 15, surcharges: [{ field: "EnablePBR", credits: 10 }] }

const part: Prices<JobKind.PartRequest> = {
  base: 30,
  surcharges: [
    { field: "EnablePostProcess", credits: 20 },
    // Whether its two stages cost as much as one job or as two is not said. Each request counts as both.
    { field: "EnableStagedGeneration", credits: 30, unclearWhen: [{}] }
  ]
}

/**
 * The price list of the international site, as its
 * [billing page](https://www.tencentcloud.com/document/product/1284/75281) had it on
 * that day.
 *
 * @category facts
 * @since 0.1.0
 */
export const international: PriceList = {
  date: "2026-05-08",
  // From a pack of 100000 credits, and paid afterwards.
  perCredit: { currency: "USD", low: 0.0135, high: 0.02 },
  kinds: {
    Pro: pro,
    Rapid: rapid,
    SmartTopology: { base: 50 },
    UV: { base: 10 },
    Part: part,
    // With or without EnablePBR.
    TextureEdit: { base: 30 },
    Convert3DFormat: { base: 5 },
    AutoRigging: { base: 10 }
  }
}

const valueOf = (request: unknown, field: string): unknown =>
  Predicate.hasProperty(request, field) ? (request[field] ?? undefined) : undefined

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)

const baseOf = ({ base }: Prices, request: unknown): Option.Option<number> => {
  if (typeof base === "number") return Option.some(base)
  const value = valueOf(request, base.field) ?? base.default
  return Predicate.isString(value) ? Record.get(base.credits, value) : Option.none()
}

const surchargesOf = ({ surcharges = [] }: Prices, request: unknown) =>
  surcharges
    .filter(({ field }) => isSet(valueOf(request, field)))
    .map(({ field, credits, unclearWhen = [] }) => {
      const isUnclear = unclearWhen.some((fields) =>
        Object.entries(fields).every(([name, value]) => valueOf(request, name) === value)
      )
      return { field, low: isUnclear ? 0 : credits, high: credits }
    })

// Without the digits that a product of fractions gets in binary, as in 0.47250000000000003.
const money = (credits: number, perCredit: number) => EffectNumber.round(credits * perCredit, 6)

/**
 * What a request costs; `None` when the price list has no price for it, as for a
 * kind of one's own.
 *
 * **Example** (An exact number)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Option } from "effect"
 * import * as Credits from "effect-hunyuan3d/Credits"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 *
 * const estimate = Credits.estimate(JobKind.Pro, { Prompt: "a cat", EnablePBR: true })
 * assert.deepEqual(Option.getOrThrow(estimate), {
 *   low: 35,
 *   high: 35,
 *   base: 25,
 *   surcharges: [{ field: "EnablePBR", low: 10, high: 10 }],
 *   price: { currency: "USD", low: 0.4725, high: 0.7 },
 *   priceListDate: "2026-05-08"
 * })
 * ```
 *
 * **Example** (A kind of one's own)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Option, Schema } from "effect"
 * import * as Credits from "effect-hunyuan3d/Credits"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 *
 * const Sculpture = JobKind.make({
 *   name: "Sculpture",
 *   submit: "SubmitSculptureJob",
 *   query: "QuerySculptureJob",
 *   request: Schema.Struct({ Prompt: Schema.String, Polish: Schema.optional(Schema.Boolean) })
 * })
 * const request = { Prompt: "a cat", Polish: true }
 * assert.equal(Option.isNone(Credits.estimate(Sculpture, request)), true)
 *
 * const prices: Credits.PriceList = {
 *   ...Credits.international,
 *   kinds: {
 *     ...Credits.international.kinds,
 *     Sculpture: { base: 20, surcharges: [{ field: "Polish", credits: 5 }] }
 *   }
 * }
 * assert.equal(Option.getOrThrow(Credits.estimate(Sculpture, request, prices)).high, 25)
 * ```
 *
 * @category getters
 * @since 0.1.0
 */
export const estimate = <Request extends Operation.Codec>(
  kind: JobKind.JobKind<Request>,
  request: Request["Type"],
  priceList: PriceList = international
): Option.Option<Estimate> =>
  Record.get(priceList.kinds, kind.name).pipe(
    Option.flatMap((prices) =>
      Option.map(baseOf(prices, request), (base) => {
        const surcharges = surchargesOf(prices, request)
        const low = surcharges.reduce((sum, surcharge) => sum + surcharge.low, base)
        const high = surcharges.reduce((sum, surcharge) => sum + surcharge.high, base)
        const { currency, ...perCredit } = priceList.perCredit
        const price = { currency, low: money(low, perCredit.low), high: money(high, perCredit.high) }
        return { low, high, base, surcharges, price, priceListDate: priceList.date }
      })
    )
  )

const between = (low: string, high: string) => (low === high ? low : `${low} to ${high}`)

/**
 * An estimate in one line.
 *
 * **Example** (Two ends)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Option } from "effect"
 * import * as Credits from "effect-hunyuan3d/Credits"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 *
 * const estimate = Credits.estimate(JobKind.Pro, { Prompt: "a cat", FaceCount: 500000 })
 * assert.equal(
 *   Credits.format(Option.getOrThrow(estimate)),
 *   "25 to 35 credits, USD 0.34 to 0.70, by the price list of 2026-05-08"
 * )
 * ```
 *
 * @category formatting
 * @since 0.1.0
 */
export const format = ({ low, high, price, priceListDate }: Estimate): string =>
  `${between(`${low}`, `${high}`)} ${high === 1 ? "credit" : "credits"}, ` +
  `${price.currency} ${between(price.low.toFixed(2), price.high.toFixed(2))}, by the price list of ${priceListDate}`
