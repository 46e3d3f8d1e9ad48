/** Brings models of any size to one size, onto the ground, and the camera to a distance from which all is seen. */
import { Box3, Group, type Object3D, type PerspectiveCamera, Vector3 } from "three"

/** The model in a group in which its bounding sphere has the radius 1 and it stands on the ground. */
export const place = (model: Object3D) => {
  model.updateMatrixWorld(true)
  const box = new Box3().setFromObject(model)
  const size = box.getSize(new Vector3())
  const radius = size.length() / 2
  const scale = radius > 0 && Number.isFinite(radius) ? 1 / radius : 1
  const centre = box.getCenter(new Vector3())
  const group = new Group()
  group.add(model)
  group.scale.setScalar(scale)
  if (radius > 0) group.position.set(-centre.x * scale, -box.min.y * scale, -centre.z * scale)
  return { group, height: size.y * scale }
}

const direction = new Vector3(0.55, 0.42, 1).normalize()

/** Looks at the middle of a model of this height from the front, a little from above. */
export const fit = (camera: PerspectiveCamera, target: Vector3, height: number) => {
  const half = (camera.fov * Math.PI) / 360
  const narrow = Math.min(half, Math.atan(Math.tan(half) * camera.aspect))
  target.set(0, height / 2, 0)
  camera.position
    .copy(direction)
    .multiplyScalar(0.93 / Math.sin(narrow))
    .add(target)
  camera.lookAt(target)
}
