import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { answering, credentials, run } from "./run.ts"

const WithoutService = Effect.provide(answering({}))

describe("hunyuan3d sign", () => {
  it.effect("shows every step and a curl command, and no secret", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(["sign", "--payload", `{"a":"it's"}`, "--timestamp", "1551113065"])
      assert.include(stdout, "\ncontent-type;host;x-tc-action\n")
      assert.include(stdout, "TC3-HMAC-SHA256\n1551113065\n2019-02-25/hunyuan/tc3_request\n")
      assert.include(stdout, "X-TC-Version: 2023-09-01\n")
      assert.include(stdout, "curl 'https://hunyuan.intl.tencentcloudapi.com/'")
      assert.include(stdout, `--data-raw '{"a":"it'\\''s"}'\n`)
      assert.notInclude(stdout, credentials.TENCENTCLOUD_SECRET_KEY)
      assert.strictEqual(code, 0)
    }).pipe(WithoutService)
  )

  it.effect("leaves a session token to the shell", () =>
    Effect.gen(function* () {
      const { stdout } = yield* run(["sign"], { env: { ...credentials, TENCENTCLOUD_SESSION_TOKEN: "secret-token" } })
      assert.include(stdout, `-H "X-TC-Token: \${TENCENTCLOUD_SESSION_TOKEN:-$TENCENTCLOUD_TOKEN}"`)
      assert.notInclude(stdout, "secret-token")
    }).pipe(WithoutService)
  )

  it.effect("says in one sentence which credentials are missing", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["sign"], { env: {} })
      assert.match(stderr, /^hunyuan3d: .*TENCENTCLOUD_SECRET_ID.*\n$/)
      assert.strictEqual(code, 1)
    }).pipe(WithoutService)
  )
})
