/** The answers of all groups. */
import * as Layer from "effect/Layer"
import { about } from "./about.ts"
import { fake } from "./fake.ts"
import { files } from "./files.ts"
import { jobs } from "./jobs.ts"
import { tools } from "./tools.ts"

export const layer = Layer.mergeAll(about, jobs, files, tools, fake)
