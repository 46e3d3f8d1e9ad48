/** The flags of `batch`, and the command that goes on with it. */
import * as Option from "effect/Option"
import * as shell from "../../internal/shell.ts"
import * as JobKind from "../../job/JobKind.ts"
import type { CostFlags } from "../cost.ts"
import { wayFlags } from "../goOn.ts"
import type { Connection, DownloadFlags, PollingFlags } from "../options.ts"

export interface Flags extends Connection, CostFlags, DownloadFlags, PollingFlags {
  readonly file: string
  readonly kind: JobKind.Any
  readonly out: string
  readonly again: boolean
}

/** The command that goes on with a batch. */
export const batchCommand = (flags: Flags): string =>
  [
    `hunyuan3d batch ${shell.word(flags.file)} --out ${shell.word(flags.out)}`,
    flags.kind.name === JobKind.Pro.name ? "" : ` --kind ${shell.word(flags.kind.name.toLowerCase())}`,
    ` --region ${shell.word(flags.region)}`,
    Option.match(flags.maxCredits, { onNone: () => "", onSome: (most) => ` --max-credits ${most}` }),
    flags.previews ? " --previews" : "",
    flags.unpack ? " --unpack" : "",
    wayFlags(flags)
  ].join("")
