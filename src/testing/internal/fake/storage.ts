/** The object storage of the fake: the result files of jobs, behind pre-signed links. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as SignedLink from "../../../cloud/SignedLink.ts"
import * as Hunyuan from "../../../job/Hunyuan.ts"
import type { Answer, Call, Refusal } from "./call.ts"
import type { FakeJob } from "./job.ts"
import type { Jobs } from "./jobs.ts"
import { fileOf, namesOf, type ResultFile } from "./models/results.ts"

/** Where links lead in memory, in the form of the hosts that real links name. */
export const defaultOrigin = "https://hunyuan-3d-fake-1250000000.cos.ap-singapore.tencentcos.cn"

const folder = "/3d/output/100000000001/"

/** Whether a request is for the storage; all others are for the API. */
export const isDownload = (call: Call): boolean =>
  (call.method === "GET" || call.method === "HEAD") && call.path.startsWith(folder)

/** The query of a job's links, in the form and order of the real ones. */
const signedQuery = (job: FakeJob): string => {
  const expiresAt = job.endsAt + Duration.toMillis(Hunyuan.linkLifetime)
  const time = `${Math.floor(job.endsAt / 1000)}%3B${Math.floor(expiresAt / 1000)}`
  return (
    `q-sign-algorithm=sha1&q-ak=AKIDFAKERESULTS&q-sign-time=${time}&q-key-time=${time}` +
    `&q-header-list=host&q-url-param-list=&q-signature=${job.signature}`
  )
}

/** The `ResultFile3Ds` of a job that is done. */
export const resultFiles = (job: FakeJob, origin: string) => {
  const link = (name: string) => `${origin}${folder}${job.file}_${name}?${signedQuery(job)}`
  return namesOf(job.kind.name, job.request).map(({ name, preview, type }) => ({
    Type: type,
    Url: link(name),
    PreviewImageUrl: link(preview)
  }))
}

const escapeXml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

export const refuseDownload = (status: number, { code, message }: Refusal, requestId: string): Answer => ({
  code,
  response: HttpServerResponse.text(
    `<?xml version='1.0' encoding='utf-8' ?>\n<Error>\n\t<Code>${escapeXml(code)}</Code>\n` +
      `\t<Message>${escapeXml(message)}</Message>\n\t<RequestId>${requestId}</RequestId>\n</Error>\n`,
    { status, contentType: "application/xml" }
  )
})

/** The bytes that a `Range` header asks for; undefined for all of them. */
const parseRange = (header: string, size: number) => {
  const [, first = "", last = ""] = /^bytes=([0-9]*)-([0-9]*)$/.exec(header) ?? []
  if ((first === "" && last === "") || (first !== "" && last !== "" && Number(first) > Number(last))) return undefined
  return {
    start: first === "" ? Math.max(size - Number(last), 0) : Number(first),
    end: first === "" || last === "" ? size : Math.min(Number(last) + 1, size)
  }
}

const sendFile = ({ bytes, headers }: ResultFile, call: Call, requestId: string): Answer => {
  const size = bytes.length
  const ifRange = call.headers["if-range"]
  const isSame = ifRange === undefined || ifRange === headers.etag
  const range = isSame ? parseRange(call.headers["range"] ?? "", size) : undefined
  if (range === undefined) return { response: HttpServerResponse.uint8Array(bytes, { headers }) }
  const { start, end } = range
  if (start >= end) {
    const refusal = { code: "InvalidRange", message: "The requested range cannot be satisfied." }
    const { code, response } = refuseDownload(416, refusal, requestId)
    return { code, response: HttpServerResponse.setHeader(response, "content-range", `bytes */${size}`) }
  }
  return {
    response: HttpServerResponse.uint8Array(bytes.slice(start, end), {
      status: 206,
      headers: { ...headers, "content-range": `bytes ${start}-${end - 1}/${size}` }
    })
  }
}

const isFileOf = (job: FakeJob, name: string): boolean =>
  namesOf(job.kind.name, job.request).some((file) => file.name === name || file.preview === name)

const missing = (requestId: string): Answer =>
  refuseDownload(404, { code: "NoSuchKey", message: "The specified key does not exist." }, requestId)

/** Answers a GET; what a HEAD is answered is the same without the body. The seed is that of the models. */
export const serveDownload = (call: Call, jobs: Jobs, now: number, requestId: string, seed: number): Answer => {
  const { expiresAt } = SignedLink.make(call.url)
  if (expiresAt !== undefined && now >= DateTime.toEpochMillis(expiresAt)) {
    return refuseDownload(403, { code: "AccessDenied", message: "Request has expired" }, requestId)
  }
  const [, uuid = "", name = ""] = /^([0-9a-f-]{36})_(.+)$/.exec(call.path.slice(folder.length)) ?? []
  const job = jobs.findByFile(uuid, now)
  if (job === undefined || !isFileOf(job, name)) return missing(requestId)
  if (call.query !== signedQuery(job)) {
    const refusal = { code: "SignatureDoesNotMatch", message: "The link was changed after it was signed." }
    return refuseDownload(403, refusal, requestId)
  }
  const file = fileOf({ kind: job.kind.name, request: job.request, seed }, name)
  return file === undefined ? missing(requestId) : sendFile(file, call, requestId)
}
