/** The flags of `workbench` and `open`. */
import * as Flag from "effect/cli/Flag"
import type * as Option from "effect/Option"
import * as flag from "../flag.ts"
import { type Connection, connectionFlags, outFlag } from "../options.ts"

export const workbenchFlags = {
  ...connectionFlags,
  transport: flag
    .proposed("transport", "TRANSPORT", ["live", "fake", "replay:"])
    .pipe(
      Flag.withDescription(
        "The real service, the in-memory fake, or a recording (replay:FILE) (default: live if a key is found, else fake)"
      ),
      Flag.optional
    ),
  port: flag.port("port").pipe(Flag.withDescription("The port (default: any that is free)"), Flag.withDefault(0)),
  open: Flag.Boolean("open").pipe(
    Flag.withDescription("Open the browser, where there is one (default: at a terminal)"),
    Flag.withDefault(true)
  )
}

export const folderFlag = outFlag("models").pipe(Flag.withDefault("models"))

export interface WorkbenchFlags extends Omit<Connection, "transport"> {
  readonly transport: Option.Option<string>
  readonly port: number
  readonly open: boolean
  readonly out: string
}
