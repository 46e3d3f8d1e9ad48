import { assert, describe } from "@effect/vitest"
import * as fc from "fast-check"
import { makeHeap } from "../../../../src/testing/internal/fake/heap.ts"
import { property } from "../../../support/property.ts"

const orders = fc.array(
  fc.oneof(
    fc.record({ add: fc.oneof(fc.nat(5), fc.constant(Infinity)) }),
    fc.record({ remove: fc.nat(30) }),
    fc.constant("take" as const),
    fc.constant("drain" as const)
  ),
  { maxLength: 60 }
)

describe("A heap", () => {
  property(
    "the first is the one with the smallest key that came first, whatever was taken out",
    [orders],
    (orders) => {
      const heap = makeHeap<number>()
      let expected: Array<{ value: number; key: number }> = []
      const sorted = () => expected.toSorted((a, b) => (a.key === b.key ? a.value - b.value : a.key < b.key ? -1 : 1))
      for (const [value, order] of orders.entries()) {
        if (order === "drain") {
          assert.deepStrictEqual(
            heap.drain(),
            sorted().map((entry) => entry.value)
          )
          expected = []
        } else if (order === "take") {
          const first = heap.first()
          if (first !== undefined) heap.remove(first)
          expected = sorted().slice(1)
        } else if ("add" in order) {
          heap.add(value, order.add)
          expected.push({ value, key: order.add })
        } else {
          heap.remove(order.remove)
          expected = expected.filter((entry) => entry.value !== order.remove)
        }
        assert.strictEqual(heap.size(), expected.length)
        assert.strictEqual(heap.first(), sorted()[0]?.value)
        assert.strictEqual(heap.firstKey(), sorted()[0]?.key ?? Infinity)
      }
    },
    { runs: 1000 }
  )
})
