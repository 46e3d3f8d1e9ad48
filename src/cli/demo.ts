/** `hunyuan3d demo`: the whole way on the fake; needs no account and no network. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as GenerateJob from "../job/GenerateJob.ts"
import * as JobKind from "../job/JobKind.ts"
import * as Polling from "../job/Polling.ts"
import { generateAndShow } from "./generate.ts"
import { loadFake } from "./load.ts"
import { outFlag } from "./options.ts"
import { printLine } from "./print.ts"
import { unlessJson } from "./report.ts"
import { showDownload, showFiles } from "./results.ts"

const prompt = "a brass teapot"

export const demo = Command.make(
  "demo",
  { out: outFlag("demo-models").pipe(Flag.withDefault("demo-models")) },
  Effect.fnUntraced(function* (flags) {
    const Fake = yield* loadFake
    yield* unlessJson(printLine(`Prompt: ${prompt} (on an in-memory fake of the service: no account, no network)`))
    yield* generateAndShow(
      JobKind.Pro,
      { Prompt: prompt },
      { schedule: Polling.eager, deadline: "30 seconds" },
      { transport: "fake", endpoint: Option.none(), profile: Option.none() }
    ).pipe(
      Effect.tap(([, job]) => unlessJson(showFiles(job))),
      Effect.flatMap(([ticket, job]) =>
        showDownload(ticket, job, flags.out, {
          previews: false,
          unpack: false,
          overwrite: false,
          maxSize: Option.none()
        })
      ),
      Effect.provide(GenerateJob.layer.pipe(Layer.provideMerge(Fake.layer({ wait: "1500 millis", run: "4 seconds" }))))
    )
  })
).pipe(Command.withDescription("Show the whole way in a few seconds, on an in-memory fake of the service."))
