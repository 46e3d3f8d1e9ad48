/**
 * How long jobs take, in seconds, as a list of equal shares of all jobs. What a schedule costs them is worked out over
 * the whole list, or for jobs drawn from it.
 */

/** The quantiles of the normal distribution at equal shares: the area below it, summed up in narrow strips. */
const quantiles = (count: number): ReadonlyArray<number> => {
  const strip = 1e-4
  let x = -6
  let area = 0
  return Array.from({ length: count }, (_, nth) => {
    for (; area < (nth + 0.5) / count && x < 6; x += strip) {
      area += (strip * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)
    }
    return x
  })
}

/** Durations whose logarithms are normal, with this deviation. */
export const logNormal = (median: number, deviation: number, count = 1000): ReadonlyArray<number> =>
  quantiles(count).map((quantile) => median * Math.exp(deviation * quantile))

/** One to five minutes for most jobs, and for one of twenty two to ten minutes more. */
export const minutes: ReadonlyArray<number> = logNormal(120, 0.45, 40_000).map((duration, nth) =>
  nth % 20 === 0 ? duration + 120 + 480 * ((nth * 0.618034) % 1) : duration
)

/** What durations may become when they change. */
export const shifts: Readonly<Record<string, ReadonlyArray<number>>> = {
  "a median of 30 seconds": logNormal(30, 0.68),
  "a median of 60 seconds": logNormal(60, 0.45),
  "a wider spread": logNormal(120, 0.68),
  "a median of 4 minutes": logNormal(240, 0.45),
  "a median of 8 minutes": logNormal(480, 0.45),
  "one or five minutes": [...logNormal(60, 0.1), ...logNormal(300, 0.1)],
  "exactly 20 seconds": [20],
  "exactly 30 seconds": [30],
  "exactly 4 minutes": [240]
}
