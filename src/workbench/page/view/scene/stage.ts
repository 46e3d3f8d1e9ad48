/**
 * The 3D part of the view, without the page around it: one canvas, one model at a time. A chunk of its own, with
 * three.js, that is loaded when the first model is opened.
 *
 * **Gotchas**
 *
 * - A frame is drawn when something has changed, and while something moves: after a full turn nothing does.
 * - `dispose` gives the graphics card all back.
 */
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js"
import type { Look } from "../looks.ts"
import { exhibit } from "./exhibit.ts"
import type { Model } from "./load.ts"
import { fit } from "./placing.ts"
import { makeStudio } from "./studio.ts"
import { makeTicker } from "./ticker.ts"

export { loadModel } from "./load.ts"
export type { Companions } from "./load.ts"
export type { MapPicture } from "./maps.ts"

/** How a model is looked at. */
export interface Switches {
  readonly look: Look
  readonly wireframe: boolean
  readonly grid: boolean
  /** Which clip plays. */
  readonly clip: number | undefined
}

const turnSeconds = 20

const makeControls = (studio: ReturnType<typeof makeStudio>, canvas: HTMLCanvasElement) => {
  const controls = new OrbitControls(studio.camera, canvas)
  controls.enableDamping = true
  controls.dampingFactor = 0.08
  controls.autoRotateSpeed = 60 / turnSeconds
  controls.minDistance = 0.3
  controls.maxDistance = 25
  return controls
}

/** Making one throws where the browser has no WebGL. */
export class Stage {
  readonly #studio
  readonly #controls
  readonly #ticker = makeTicker((seconds) => this.#frame(seconds))
  readonly #onTurning
  #shown: ReturnType<typeof exhibit> | undefined
  #isPlaying = false
  #isFitted = true
  /** For how many seconds the model has turned by itself. */
  #turned = 0

  /** `onTurning` hears when the model begins or ends to turn by itself. */
  constructor(canvas: HTMLCanvasElement, onTurning: (isTurning: boolean) => void) {
    this.#studio = makeStudio(canvas)
    this.#controls = makeControls(this.#studio, canvas)
    this.#onTurning = onTurning
    this.#controls.addEventListener("start", () => this.#hold())
    this.#controls.addEventListener("change", this.#ticker.request)
  }

  /** Draws, and says whether something still moves. */
  #frame(seconds: number) {
    const { camera, ground, renderer, scene } = this.#studio
    if (this.#isPlaying) {
      this.#shown?.advance(seconds)
      renderer.shadowMap.needsUpdate = true
    }
    if (this.#controls.autoRotate) this.#turned += seconds
    if (this.#turned >= turnSeconds) this.turn(false)
    const moves = this.#controls.update(seconds)
    // Seen from below, the ground would hide the model.
    ground.visible = camera.position.y > 0
    renderer.render(scene, camera)
    return moves || this.#isPlaying || this.#controls.autoRotate
  }

  /** Somebody has taken the camera. */
  #hold() {
    this.#isFitted = false
    if (this.#controls.autoRotate) this.turn(false)
  }

  /** Shows a model in place of the last, and says what it holds. */
  show(model: Model) {
    this.clear()
    this.#shown = exhibit(model)
    this.#studio.scene.add(this.#shown.group)
    this.fit()
    return this.#shown.facts
  }

  set({ clip, grid, look, wireframe }: Switches) {
    this.#studio.grid.visible = grid
    this.#shown?.wear(look)
    this.#shown?.wireframe(wireframe)
    this.#shown?.play(clip)
    this.#isPlaying = clip !== undefined
    this.#studio.renderer.shadowMap.needsUpdate = true
    this.#ticker.request()
  }

  /** Lets the model turn once by itself. */
  turn(on: boolean) {
    this.#turned = 0
    this.#controls.autoRotate = on
    this.#onTurning(on)
    this.#ticker.request()
  }

  fit() {
    this.#isFitted = true
    fit(this.#studio.camera, this.#controls.target, this.#shown?.extent ?? { height: 1, radius: 1 })
    this.#ticker.request()
  }

  /** In radians. */
  rotate(left: number, up: number) {
    this.#hold()
    this.#controls.rotateLeft(left)
    this.#controls.rotateUp(up)
  }

  /** Above 1 is closer. */
  zoom(factor: number) {
    this.#hold()
    this.#controls.dollyIn(1 / factor)
  }

  resize(width: number, height: number, ratio: number) {
    const { camera, renderer } = this.#studio
    renderer.setPixelRatio(Math.min(ratio, 2))
    renderer.setSize(width, height, false)
    camera.aspect = width / height
    camera.updateProjectionMatrix()
    if (this.#isFitted) this.fit()
    this.#ticker.request()
  }

  clear() {
    this.#isPlaying = false
    this.#shown?.group.removeFromParent()
    this.#shown?.dispose()
    this.#shown = undefined
    this.#studio.renderer.shadowMap.needsUpdate = true
    this.#ticker.request()
  }

  dispose() {
    this.clear()
    this.#ticker.stop()
    this.#controls.dispose()
    this.#studio.dispose()
  }
}
