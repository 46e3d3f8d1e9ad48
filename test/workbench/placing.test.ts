/** Where the panel View puts a model and its camera: a law of geometry, which needs no browser. */
import { assert, describe } from "@effect/vitest"
import * as fc from "fast-check"
import { BoxGeometry, Mesh, PerspectiveCamera, Vector3 } from "three"
import { fit, place } from "../../src/workbench/page/view/scene/placing.ts"
import { property } from "../support/property.ts"

const side = fc.double({ min: 0.01, max: 100, noNaN: true })

describe("the camera of the panel View", () => {
  property(
    "sees each corner of a box of any size, however it turns, in a picture of any shape",
    [side, side, side, fc.double({ min: 0.4, max: 3, noNaN: true }), fc.double({ min: 0, max: 6.3, noNaN: true })],
    (width, height, depth, aspect, angle) => {
      const box = new Mesh(new BoxGeometry(width, height, depth))
      box.position.set(3, -7, 11)
      const { extent, group } = place(box)
      group.updateMatrixWorld(true)
      const camera = new PerspectiveCamera(30, aspect, 0.05, 60)
      fit(camera, new Vector3(), extent)
      camera.updateMatrixWorld(true)
      for (const x of [-1, 1]) {
        for (const y of [-1, 1]) {
          for (const z of [-1, 1]) {
            const corner = box.localToWorld(new Vector3((x * width) / 2, (y * height) / 2, (z * depth) / 2))
            const seen = corner.applyAxisAngle(new Vector3(0, 1, 0), angle).project(camera)
            assert.isAtMost(Math.max(Math.abs(seen.x), Math.abs(seen.y)), 1)
          }
        }
      }
    }
  )
})
