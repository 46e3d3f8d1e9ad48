/** What the fake draws: digits and names. */
import type * as Random from "effect/Random"

export const digits = (random: Random.Random, count: number, radix: number): string =>
  Array.from({ length: count }, () => Math.floor(random.nextDoubleUnsafe() * radix).toString(radix)).join("")

/** A version 4 UUID. */
export const uuid = (random: Random.Random): string => {
  const hex = (count: number) => digits(random, count, 16)
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`
}
