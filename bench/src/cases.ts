/** All cases, in the order of the table. */
import { bundle } from "./cases/bundle.ts"
import { call } from "./cases/call.ts"
import { download } from "./cases/download.ts"
import { fake } from "./cases/fake.ts"
import { heap } from "./cases/heap.ts"
import { coldImport } from "./cases/import.ts"
import { permit } from "./cases/permit.ts"
import { schedule } from "./cases/schedule.ts"
import { sign } from "./cases/sign.ts"
import { start } from "./cases/start.ts"
import { unpack } from "./cases/unpack.ts"
import { growth, waits } from "./cases/waits.ts"

export const cases = [
  call,
  sign,
  heap,
  waits,
  growth,
  permit,
  schedule,
  download,
  unpack,
  coldImport,
  start,
  bundle,
  fake
]
