import * as NodeServices from "@effect/platform-node/NodeServices"
import { describe } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { KeyValueStore } from "effect/persistence"
import * as Journal from "../../src/job/Journal.ts"
import { contract, type Lives } from "./journalContract.ts"

const temporary = FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())

const built = (layer: Layer.Layer<Journal.Journal>) =>
  Effect.map(Layer.build(layer), (context) => Journal.Journal.pipe(Effect.provide(context))).pipe(
    Effect.scoped,
    Effect.flatten
  )

const stores: ReadonlyArray<readonly [name: string, lives: Lives]> = [
  ["memory", Effect.map(built(Journal.layerMemory), Effect.succeed)],
  [
    "files",
    Effect.map(Effect.orDie(temporary), (directory) =>
      built(Journal.layerDirectory(`${directory}/journal`).pipe(Layer.provide(NodeServices.layer)))
    ).pipe(Effect.provide(NodeServices.layer))
  ],
  [
    "a KeyValueStore",
    Effect.map(Layer.build(KeyValueStore.layerMemory), (store) =>
      built(Journal.layerKeyValueStore.pipe(Layer.provide(Layer.succeedContext(store))))
    )
  ]
]

describe.each(stores)("a journal in %s", (_name, lives) => {
  contract(lives)
})
