/** The room that every model stands in: light, ground, shadow and grid. One unit is the radius of the model. */
import {
  CircleGeometry,
  DirectionalLight,
  GridHelper,
  Mesh,
  NeutralToneMapping,
  PerspectiveCamera,
  PMREMGenerator,
  Scene,
  ShadowMaterial,
  VSMShadowMap,
  WebGLRenderer
} from "three"
import { RoomEnvironment } from "three/examples/jsm/environments/RoomEnvironment.js"

const makeRenderer = (canvas: HTMLCanvasElement) => {
  const renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true })
  renderer.toneMapping = NeutralToneMapping
  renderer.shadowMap.enabled = true
  renderer.shadowMap.type = VSMShadowMap
  // The soft shadow is the dearest part of a frame, and the camera does not change it. The stage says when it is drawn.
  renderer.shadowMap.autoUpdate = false
  return renderer
}

const makeKeyLight = () => {
  const light = new DirectionalLight(0xffffff, 1.2)
  light.position.set(1.4, 4, 2)
  light.castShadow = true
  light.shadow.mapSize.set(1024, 1024)
  light.shadow.radius = 22
  light.shadow.blurSamples = 20
  light.shadow.bias = -0.0005
  Object.assign(light.shadow.camera, { left: -2.6, right: 2.6, top: 2.6, bottom: -2.6, near: 0.5, far: 9 })
  return light
}

const makeGround = () => {
  const ground = new Mesh(new CircleGeometry(2.1, 48), new ShadowMaterial({ opacity: 0.26 }))
  ground.rotation.x = -Math.PI / 2
  ground.receiveShadow = true
  return ground
}

const makeGrid = () => {
  const grid = new GridHelper(6, 24, 0x808890, 0x808890)
  grid.material.transparent = true
  grid.material.opacity = 0.35
  grid.material.depthWrite = false
  grid.position.y = -0.002
  grid.visible = false
  return grid
}

const makeEnvironment = (renderer: WebGLRenderer) => {
  const generator = new PMREMGenerator(renderer)
  const room = new RoomEnvironment()
  const target = generator.fromScene(room, 0.04)
  room.dispose()
  generator.dispose()
  return target
}

/** Throws where the browser has no WebGL. */
export const makeStudio = (canvas: HTMLCanvasElement) => {
  const renderer = makeRenderer(canvas)
  const environment = makeEnvironment(renderer)
  const scene = new Scene()
  scene.environment = environment.texture
  scene.environmentIntensity = 0.75
  const light = makeKeyLight()
  const ground = makeGround()
  const grid = makeGrid()
  scene.add(light, ground, grid)
  const camera = new PerspectiveCamera(30, 1, 0.05, 60)
  const dispose = () => {
    environment.dispose()
    light.dispose()
    ground.geometry.dispose()
    ground.material.dispose()
    grid.dispose()
    renderer.dispose()
    // The browser keeps few contexts, and takes its time to collect them.
    renderer.forceContextLoss()
  }
  return { renderer, scene, camera, ground, grid, dispose }
}
