/** `hunyuan3d demo`: the whole way on the fake; needs no account and no network. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import * as shell from "../internal/shell.ts"
import * as GenerateJob from "../job/GenerateJob.ts"
import * as JobKind from "../job/JobKind.ts"
import * as Polling from "../job/Polling.ts"
import { cost, estimated } from "./cost.ts"
import { generateAndShow } from "./generate.ts"
import { endsWithProgram } from "./goOn.ts"
import { invocation } from "./invocation.ts"
import { loadFake } from "./load.ts"
import { outFlag } from "./options.ts"
import type { OutputFile } from "./output.ts"
import { showPicture } from "./picture.ts"
import { printLine } from "./print.ts"
import { refused } from "./refusal.ts"
import { unlessJson } from "./report.ts"
import { showCredits, showDownload } from "./results.ts"
import { dim } from "./style.ts"

const kind = JobKind.Pro

const readPrompt = (Prompt: string) =>
  Effect.mapError(Schema.decodeEffect(kind.submit.input)({ Prompt }), (error) => refused(kind, error, []))

export const demo = Command.make(
  "demo",
  {
    prompt: Flag.String("prompt").pipe(
      Flag.withAlias("p"),
      Flag.withMetavar("TEXT"),
      Flag.withDescription("What to make (default: a brass teapot)"),
      Flag.withDefault("a brass teapot")
    ),
    out: outFlag("demo-models").pipe(Flag.withDefault("demo-models"))
  },
  Effect.fnUntraced(function* ({ out, prompt }) {
    const Fake = yield* loadFake
    const request = yield* readPrompt(prompt)
    yield* estimated(kind, request)
    yield* unlessJson(
      Effect.andThen(
        printLine(`Prompt: ${prompt}`),
        printLine(dim("On an in-memory fake of the service: no account, no network, nothing to pay."))
      )
    )
    yield* generateAndShow(
      kind,
      request,
      { schedule: Polling.eager, deadline: "30 seconds" },
      { transport: "fake", endpoint: Option.none(), profile: Option.none() }
    ).pipe(
      Effect.flatMap(([ticket, job]) =>
        Effect.tap(
          showDownload(ticket, job, out, { previews: true, unpack: false, overwrite: false, maxSize: Option.none() }),
          () => unlessJson(showCredits(job))
        )
      ),
      Effect.provide(GenerateJob.layer.pipe(Layer.provideMerge(Fake.layer({ wait: "1500 millis", run: "4 seconds" })))),
      endsWithProgram,
      Effect.tap((files) => unlessJson(showEnd(prompt, cost(kind, request), files)))
    )
  })
).pipe(
  Command.withDescription("Show the whole way in a few seconds, on an in-memory fake of the service."),
  Command.withExamples([
    { command: "hunyuan3d demo", description: "A brass teapot, into demo-models" },
    { command: 'hunyuan3d demo --prompt "a red rocket"', description: "Something else" }
  ])
)

/** The picture where the terminal shows one, how to look at the model, and the command for a real job. */
const showEnd = Effect.fnUntraced(function* (
  prompt: string,
  cost: string,
  files: ReadonlyArray<typeof OutputFile.Type>
) {
  const path = yield* Path.Path
  const program = yield* invocation
  const picture = files.find(({ preview }) => preview)?.path
  const model = files.find(({ preview, type }) => !preview && type === "GLB")?.path
  if (picture !== undefined && !(yield* showPicture(picture))) {
    yield* printLine(`A picture of it:    ${picture}`)
  }
  if (model !== undefined) {
    yield* printLine(`To look at it:      ${program} open ${shell.word(path.relative(".", model))}`)
  }
  yield* printLine(`For a real job:     ${program} generate ${shell.quoted(prompt)} --out models`)
  yield* printLine(dim(`It needs TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY in the environment. ${cost}`))
})
