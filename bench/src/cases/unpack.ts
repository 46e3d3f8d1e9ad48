/**
 * Unpacking an archive with a model as text and its texture: time on the clock, CPU time, and the most memory that the
 * process has. Each run is a process of its own.
 *
 * The peer is yauzl as its README shows it. We read the directory with yauzl too. What differs is the data: we inflate
 * 256 KiB at a time, and yauzl 16; we check each CRC-32 and count the bytes, and put the files in place as a whole. Of
 * the memory, about 50 MB are Effect and its services, loaded before the work.
 */
import { writeFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Zip from "effect/encoding/Zip"
import * as Stream from "effect/Stream"
import { child } from "../child.ts"
import { compare, type Form } from "../measure.ts"
import { scratch } from "../scratch.ts"
import { jobId } from "../support.ts"

/** Numbers from 0 to 2^32 that look random, the same each time. */
const numbers = (seed: number) => {
  let state = seed
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0)
}

/** Vertices as text, which compress to about a half. */
const model = (size: number) => {
  const next = numbers(1)
  const line = () => `v ${[1, 2, 3].map(() => (next() / 2 ** 32).toFixed(6)).join(" ")}\n`
  const bytes = Buffer.alloc(size)
  for (let at = 0; at < size;) at += bytes.write(line(), at)
  return bytes
}

/** A picture, which does not compress. */
const texture = (size: number) => {
  const next = numbers(2)
  return Buffer.from(Uint32Array.from({ length: size / 4 }, () => next()).buffer)
}

export const unpack = {
  name: "unpack",
  run: Effect.fnUntraced(function* (form: Form) {
    const megabytes = { short: 20, full: 110 }[form]
    const directory = yield* scratch(2 * megabytes * 1_000_000)
    const name = path.join(directory, `${jobId(0)}-obj`)
    const bytes = yield* Stream.make(
      Zip.file("model/model.obj", model(megabytes * 800_000)),
      Zip.file("model/texture.png", texture(megabytes * 200_000))
    ).pipe(Stream.pipeThroughChannel(Zip.encode()), Stream.runCollect)
    writeFileSync(`${name}.zip`, Buffer.concat(bytes))
    const clean = Effect.promise(() => rm(name, { recursive: true }))
    const ours = yield* child("unpackOurs")
    const yauzl = yield* child("unpackYauzl")
    return yield* compare(form, {
      title: `unpack ${megabytes} MB`,
      rounds: { short: 7, full: 9 },
      ours: Effect.tap(ours(directory), clean),
      peers: { yauzl: Effect.tap(yauzl(`${name}.zip`), clean) },
      metrics: {
        time: { name: "time", unit: "ms", form: "full", goals: { yauzl: 1 } },
        cpu: { name: "CPU", unit: "ms" },
        memory: { name: "peak memory", unit: "MB", goals: { yauzl: 1 } }
      }
    })
  })
}
