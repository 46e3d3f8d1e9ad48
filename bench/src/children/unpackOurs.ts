/** Unpacks the archive of a job that a download has left in a directory. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as SignedLink from "../../../src/cloud/SignedLink.ts"
import * as ResultFiles from "../../../src/files/ResultFiles.ts"
import * as Job from "../../../src/job/Job.ts"
import { jobId } from "../support.ts"
import { report } from "./report.ts"

const [, , directory = ""] = process.argv

const file = new Job.File3D({ type: "OBJ", url: SignedLink.make("https://storage.example/model.zip") })
const job = new Job.Done({ id: jobId(0), files: [file] })
const offline = Layer.succeed(
  HttpClient.HttpClient,
  HttpClient.make(() => Effect.die("the archive is there already"))
)
const unpacked = ResultFiles.download(job, directory, { unpack: true }).pipe(
  Effect.provide(Layer.merge(NodeServices.layer, offline))
)

await report(() => Effect.runPromise(unpacked))
