import { assert, it } from "@effect/vitest"
import type { Line } from "../../bench/src/measure.ts"
import { worse } from "../../bench/src/recorded.ts"

const line = (ratio: number, better: Line["better"] = "less"): Line => {
  const spread = { low: ratio, median: ratio, high: ratio }
  return { name: "call: CPU", unit: "µs", better, ours: spread, peer: "SDK", theirs: spread, ratio: spread }
}

const recorded = { "call: CPU, to SDK": 0.4 }

it("a ratio of times that is worse by more than half is named, with both figures", () => {
  assert.deepStrictEqual(worse([[line(0.61)]], recorded), [
    "call: CPU, to SDK: the ratio is 0.610, and 0.4 was recorded."
  ])
})

it("a ratio of times that is worse by half, or better, is none of the worse ones", () => {
  assert.deepStrictEqual(worse([[line(0.6), line(0.1)]], recorded), [])
})

it("a ratio of what is counted, and not timed, is worse by more than a quarter", () => {
  const counted = (ratio: number) => ({ ...line(ratio), unit: "kB" })
  assert.lengthOf(worse([[counted(0.51)]], recorded), 1)
  assert.lengthOf(worse([[counted(0.5)]], recorded), 0)
})

it("where more is better, a ratio is worse when it is lower", () => {
  assert.lengthOf(worse([[line(0.2, "more")]], recorded), 1)
  assert.lengthOf(worse([[line(0.3, "more")]], recorded), 0)
})

it("a line that was not recorded is named", () => {
  assert.deepStrictEqual(worse([[line(0.4)]], {}), ["call: CPU, to SDK: no ratio is recorded."])
})

it("a ratio that could not be measured is named", () => {
  assert.lengthOf(worse([[line(Number.NaN), line(Infinity)]], recorded), 2)
})

it("a line that was as fast as recorded in one of the measurements is none of the worse ones", () => {
  const other = { ...line(0.9), name: "call: time" }
  const both = { ...recorded, "call: time, to SDK": 0.4 }
  const measurements = [
    [line(0.61), { ...other, ratio: line(0.4).ratio }],
    [line(0.4), other]
  ]
  assert.deepStrictEqual(worse(measurements, both), [])
  assert.lengthOf(worse([[line(0.61), other], ...measurements.slice(1)], both), 1)
})
