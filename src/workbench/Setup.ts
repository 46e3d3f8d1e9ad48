/** What the program tells the workbench: where it talks to, where files go, and how errors are worded. */
import * as Context from "effect/Context"
import type { About } from "./Api.ts"

/** An error as a person is told of it. */
export interface Worded {
  readonly code: string
  readonly message: string
  readonly requestId?: string | undefined
  readonly mayHaveRun?: boolean | undefined
}

export class Setup extends Context.Service<
  Setup,
  {
    /** All of it but the key, which is looked up each time. */
    readonly about: Omit<About, "secretId" | "keyProblem" | "regions">
    /** The host of the calls, as the journal has it. */
    readonly host: string
    /** The absolute path of the folder for the files. */
    readonly folder: string
    /** The directory with the built page. */
    readonly page: string
    readonly word: (error: Error) => Worded
    /** What may be shown of a key's id. */
    readonly shownId: (id: string) => string
  }
>()("effect-hunyuan3d/workbench/Setup") {}
