/** The sources of temporary credentials over real sockets. */
import * as Net from "node:net"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Clock, ConfigProvider, Effect, FileSystem, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import * as Credentials from "../../../src/cloud/Credentials.ts"
import * as Endpoint from "../../../src/cloud/Endpoint.ts"
import * as TencentCloud from "../../../src/cloud/TencentCloud.ts"
import * as JobKind from "../../../src/job/JobKind.ts"
import * as Fake from "../../../src/testing/Fake.ts"
import { serveFake } from "../../support/fakeServer.ts"
import { id } from "../../support/jobs.ts"
import { listen } from "../../support/servers.ts"

const get = Credentials.Credentials.use(({ get }) => get)
const roleArn = "qcs::cam::uin/12345678:roleName/Renderer"
const query = TencentCloud.call(JobKind.Pro.query, { JobId: id })

const workload = Layer.merge(
  FileSystem.layerNoop({ readFileString: () => Effect.succeed("a token of the cluster") }),
  ConfigProvider.layer(
    ConfigProvider.fromEnv({
      env: {
        TKE_REGION: "ap-singapore",
        TKE_PROVIDER_ID: "cls-1",
        TKE_WEB_IDENTITY_TOKEN_FILE: "/var/run/token",
        TKE_ROLE_ARN: roleArn
      }
    })
  )
)

const clients = { undici: NodeHttpClient.layerUndici, fetch: FetchHttpClient.layer }

for (const [name, client] of Object.entries(clients)) {
  describe(`Temporary credentials over ${name}`, () => {
    it.live("of each source sign a call that the service accepts", () =>
      Effect.gen(function* () {
        const { fake, host } = yield* serveFake({ jobs: [{ id }], role: "renderer" })
        const endpoint = { protocol: "http", host } as const
        const account = Credentials.layer(Fake.credential)
        const sources = {
          cvmRole: Credentials.layerCvmRole({ endpoint: `http://${host}` }),
          assumeRole: Credentials.layerAssumeRole({ roleArn, endpoint }).pipe(Layer.provide(account)),
          oidc: Credentials.layerOidc({ endpoint }).pipe(Layer.provide(workload))
        }
        for (const [source, layer] of Object.entries(sources)) {
          const cloud = TencentCloud.layer.pipe(Layer.provide(layer), Layer.provide(client))
          yield* query.pipe(Effect.provide(Layer.fresh(cloud)), Effect.provide(Endpoint.layer(endpoint)))
          const last = (yield* fake.requests).at(-1)
          assert.strictEqual(last?.action, "QueryHunyuanTo3DProJob", source)
          assert.isUndefined(last?.code, source)
          assert.match(last?.headers["authorization"] ?? "", /Credential=AKIDFAKE\w{24}\//, source)
        }
        assert.deepStrictEqual(
          (yield* fake.requests).map(({ action, url }) => action ?? url),
          [
            "/latest/meta-data/cam/security-credentials/",
            "/latest/meta-data/cam/security-credentials/renderer",
            "QueryHunyuanTo3DProJob",
            "AssumeRole",
            "QueryHunyuanTo3DProJob",
            "AssumeRoleWithWebIdentity",
            "QueryHunyuanTo3DProJob"
          ]
        )
      })
    )

    it.live("are renewed when the service refuses their token", () =>
      Effect.gen(function* () {
        const { fake, host } = yield* serveFake({ jobs: [{ id }], role: "renderer" })
        const cloud = TencentCloud.layer.pipe(
          Layer.provide(Credentials.layerCvmRole({ endpoint: `http://${host}` })),
          Layer.provide(client)
        )
        yield* Effect.gen(function* () {
          yield* query
          yield* fake.revoke
          yield* query
        }).pipe(Effect.provide(Layer.fresh(cloud)), Effect.provide(Endpoint.layer({ protocol: "http", host })))
        assert.deepStrictEqual(
          (yield* fake.requests).map(({ action = "metadata", code }) => (code === undefined ? action : code)),
          [
            "metadata",
            "metadata",
            "QueryHunyuanTo3DProJob",
            "AuthFailure.TokenFailure",
            "metadata",
            "metadata",
            "QueryHunyuanTo3DProJob"
          ]
        )
      })
    )

    it.live("of a machine whose metadata service never answers fail after a second", () =>
      Effect.gen(function* () {
        const { connections, host } = yield* listen(Net.createServer())
        const started = yield* Clock.currentTimeMillis
        const { reason } = yield* Effect.flip(get).pipe(
          Effect.provide(
            Credentials.layerCvmRole({ endpoint: `http://${host}` }).pipe(Layer.provide(client), Layer.fresh)
          )
        )
        const took = (yield* Clock.currentTimeMillis) - started
        assert.strictEqual(reason._tag, "Unreachable")
        assert.include(reason.message, "no answer came within 1 second")
        assert.strictEqual(connections.length, 1)
        // The machine may be busy.
        assert.isBelow(took, 5000)
      })
    )
  })
}
