import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { inOrder } from "../../../src/cli/batch/order.ts"
import * as JobKind from "../../../src/job/JobKind.ts"

const lines = (...kinds: ReadonlyArray<JobKind.Any>) =>
  kinds.map((kind, index) => ({
    number: index + 1,
    text: "{}",
    kind,
    operation: `line-${index}`,
    digest: `line-${index}`,
    estimate: Option.none()
  }))

describe("the order of a batch", () => {
  const { Pro, Rapid } = JobKind
  const numbers = (bought: ReadonlyArray<number>) =>
    inOrder(lines(Pro, Pro, Pro, Rapid, Rapid), ({ number }) => bought.includes(number)).map(({ number }) => number)

  it("lets the kinds take turns", () => {
    assert.deepStrictEqual(numbers([]), [1, 4, 2, 5, 3])
  })

  it("begins with what is bought already", () => {
    assert.deepStrictEqual(numbers([3, 5]), [3, 5, 1, 4, 2])
  })
})
