import { assert, it } from "@effect/vitest"
import * as HttpEffect from "effect/http/HttpEffect"
import * as Fake from "../../../../src/testing/Fake.ts"

it("a web handler serves the fake", async () => {
  const { handler, dispose } = HttpEffect.toWebHandlerLayer(Fake.httpApp, Fake.layerHandle())
  const get = await handler(new Request("http://127.0.0.1/"))
  assert.match(await get.text(), /UnsupportedProtocol/)
  const post = await handler(new Request("http://127.0.0.1/", { method: "POST" }))
  assert.match(await post.text(), /AuthFailure.InvalidAuthorization/)
  const file = await handler(new Request("http://127.0.0.1/3d/output/100000000001/x", { method: "HEAD" }))
  assert.strictEqual(file.status, 404)
  await dispose()
})
