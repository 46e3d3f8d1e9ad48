/** Brings models of any size to one size, onto the ground, and the camera to a distance from which all is seen. */
import { Box3, Group, type Object3D, type PerspectiveCamera, Vector3 } from "three"
import { meshesOf } from "./meshes.ts"

/** As many are enough to measure a model. */
const mostMeasured = 20_000

/** How far a model reaches from the upright axis through its centre. */
const reach = (model: Object3D, centre: Vector3) => {
  const at = new Vector3()
  let most = 0
  for (const mesh of meshesOf(model)) {
    const { count } = mesh.geometry.getAttribute("position")
    for (let i = 0; i < count; i += Math.ceil(count / mostMeasured)) {
      mesh.getVertexPosition(i, at)
      mesh.localToWorld(at)
      most = Math.max(most, Math.hypot(at.x - centre.x, at.z - centre.z))
    }
  }
  return most
}

/** The model in a group in which its bounding sphere has the radius 1 and it stands on the ground. */
export const place = (model: Object3D) => {
  model.updateMatrixWorld(true)
  const box = new Box3().setFromObject(model)
  const size = box.getSize(new Vector3())
  const radius = size.length() / 2
  const scale = radius > 0 && Number.isFinite(radius) ? 1 / radius : 1
  const centre = box.getCenter(new Vector3())
  // Before the group moves it.
  const reached = reach(model, centre)
  const group = new Group()
  group.add(model)
  group.scale.setScalar(scale)
  if (radius > 0) group.position.set(-centre.x * scale, -box.min.y * scale, -centre.z * scale)
  return { group, extent: { height: size.y * scale, radius: reached * scale } }
}

/** The upright cylinder that holds a model however it turns. */
export type Extent = ReturnType<typeof place>["extent"]

const pitch = 0.36
const direction = new Vector3(0.5, 0, 1).setLength(Math.cos(pitch)).setY(Math.sin(pitch))

/** Looks at the middle of a model from the front, a little from above, so that it stays in the picture as it turns. */
export const fit = (camera: PerspectiveCamera, target: Vector3, { height, radius }: Extent) => {
  const upwards = Math.tan((camera.fov * Math.PI) / 360)
  const sideways = upwards * camera.aspect
  const [sine, cosine] = [Math.sin(pitch), Math.cos(pitch)]
  // How far away each edge has to be: its place in the picture, and how much nearer than the middle it is.
  const edges = [-1, 1].flatMap((y) => [-1, 1].map((z) => [(y * height) / 2, z * radius] as const))
  const tall = Math.max(...edges.map(([y, z]) => Math.abs(y * cosine - z * sine) / upwards + z * cosine + y * sine))
  const wide = radius * Math.hypot(1 / sideways, cosine) + (height / 2) * sine
  const distance = Math.max(tall, wide) * 1.05
  target.set(0, height / 2, 0)
  camera.position.copy(direction).multiplyScalar(distance).add(target)
  camera.lookAt(target)
}
