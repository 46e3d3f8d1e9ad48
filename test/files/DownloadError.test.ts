import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, PlatformError, Schema } from "effect"
import * as DownloadError from "../../src/files/DownloadError.ts"
import { id } from "./support.ts"

const trouble = (_tag: PlatformError.SystemErrorTag, code: string) =>
  PlatformError.systemError({
    module: "FileSystem",
    method: "test",
    _tag,
    cause: Object.assign(new Error(`${code}: it does not work`), { code })
  })

const reasons: ReadonlyArray<readonly [DownloadError.Reason, boolean, string]> = [
  [
    new DownloadError.LinkExpired({ since: Duration.hours(3) }),
    false,
    "The link expired 3h ago. Query the job again to get a new link. The service forgets a job 24 hours after its submit; after that, submit the job again."
  ],
  [
    new DownloadError.InvalidLink({ description: "it is not an https link" }),
    false,
    "The link was not opened: it is not an https link. Check which endpoint the job comes from."
  ],
  [
    new DownloadError.NoLinks({ requestId: "e7c1aa24" }),
    false,
    "The job is done, but it has no links to files. Query the job again. If the links are still missing, ask Tencent Cloud's support, with the request id e7c1aa24."
  ],
  [
    new DownloadError.Refused({ status: 403, code: "AccessDenied" }),
    false,
    "The storage refused the file (HTTP 403 AccessDenied). Query the job again to get a new link."
  ],
  [new DownloadError.Refused({ status: 503 }), true, "The storage refused the file (HTTP 503). Download again later."],
  [
    new DownloadError.MalformedResponse({ description: "9 of 10 bytes arrived" }),
    true,
    "The file did not arrive whole: 9 of 10 bytes arrived. Download again."
  ],
  [
    new DownloadError.Transport({ description: "ECONNRESET", isRetryable: true }),
    true,
    "The connection failed (ECONNRESET). Check the network, then download again."
  ],
  [
    new DownloadError.Timeout({ timeout: Duration.seconds(60) }),
    true,
    "No data arrived for 1m. Check the network, then download again."
  ],
  [
    new DownloadError.TooSlow({ minSpeed: 1024, window: Duration.minutes(1) }),
    true,
    "Less than 1 KiB a second arrived over 1m. Check the network, then download again, or set a lower minSpeed."
  ],
  [
    new DownloadError.TooLarge({ maxSize: 1024 }),
    false,
    "The file, or what it unpacks to, is larger than 1 KiB. To allow it, set a higher maxSize."
  ],
  [
    new DownloadError.UnexpectedContent({ description: "it is empty" }),
    false,
    "The storage sent a wrong file: it is empty. Query the job again to get a new link."
  ],
  [
    new DownloadError.InvalidArchive({ description: "it is encrypted" }),
    false,
    "The archive was downloaded but not unpacked: it is encrypted. Open the .zip file yourself if you trust it."
  ],
  [
    new DownloadError.Disk({ path: "/a", cause: trouble("Unknown", "ENOSPC") }),
    false,
    "Cannot use /a: the disk is full. Free some space, then download again."
  ],
  [
    new DownloadError.Disk({ path: "/a", cause: trouble("Unknown", "EROFS") }),
    false,
    "Cannot use /a: the disk is read-only. Choose another directory, then download again."
  ],
  [
    new DownloadError.Disk({ path: "/a", cause: trouble("PermissionDenied", "EACCES") }),
    false,
    "Cannot use /a: access was denied. Change its permissions or choose another directory, then download again."
  ],
  [
    new DownloadError.Disk({ path: "/a", cause: trouble("Unknown", "EIO") }),
    false,
    "Cannot use /a: EIO: it does not work. Correct this, then download again."
  ]
]

describe("DownloadError", () => {
  it("says the file, what happened and what to do", () => {
    for (const [reason, isRetryable, message] of reasons) {
      const error = new DownloadError.DownloadError({ jobId: id, file: `${id}-glb`, reason })
      assert.strictEqual(error.message, `${id}-glb: ${message}`)
      assert.strictEqual(error.isRetryable, isRetryable, message)
    }
  })

  it("has a message for each reason", () => {
    const tested = new Set(reasons.map(([reason]) => reason._tag))
    assert.deepStrictEqual(
      DownloadError.Reason.members.map((member) => member.fields._tag.schema.literal).filter((tag) => !tested.has(tag)),
      []
    )
  })

  it.effect("is the same after it was stored", () =>
    Effect.gen(function* () {
      const stored = Schema.toCodecJson(DownloadError.DownloadError)
      for (const [reason, , message] of reasons) {
        if (reason._tag === "Disk") continue
        const error = new DownloadError.DownloadError({ jobId: id, file: `${id}-glb`, reason })
        const json = JSON.stringify(yield* Schema.encodeEffect(stored)(error))
        assert.strictEqual((yield* Schema.decodeEffect(stored)(JSON.parse(json))).message, `${id}-glb: ${message}`)
      }
    })
  )
})
