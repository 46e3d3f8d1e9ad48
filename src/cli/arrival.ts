/** How much of the result files has arrived, in the moving line. */
import * as ByteSize from "effect/ByteSize"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type * as ResultFiles from "../files/ResultFiles.ts"
import { moving } from "./progress.ts"

// For so long nobody wonders.
const patience = 3_000

/** Runs a download and gives its files. */
export const showArrival = Effect.fnUntraced(function* <E, R>(download: Stream.Stream<ResultFiles.Progress, E, R>) {
  const now = Clock.currentTimeMillis
  const last = yield* Ref.make({ text: "downloading", isWhole: false, at: yield* now })
  const downloading = download.pipe(
    Stream.tap((event) =>
      Effect.flatMap(now, (at) => Ref.set(last, { text: bar(event), isWhole: event.received === event.total, at }))
    ),
    Stream.map(({ finished }) => finished),
    Stream.filter(Predicate.isNotUndefined),
    Stream.runCollect
  )
  const state = Effect.zipWith(Ref.get(last), now, ({ at, isWhole, text }, now) =>
    isWhole || now - at < patience ? text : `${text}. No data for ${Math.floor((now - at) / 1000)} s.`
  )
  return yield* moving(state, downloading)
})

const bar = ({ name, received, total }: ResultFiles.Progress) => {
  if (total === undefined || total === 0) return `${name} ${ByteSize.format(ByteSize.bytes(received))}`
  const filled = Math.round((received / total) * 20)
  return `${name} ${"█".repeat(filled)}${"░".repeat(20 - filled)} ${Math.round((received / total) * 100)} %`
}
