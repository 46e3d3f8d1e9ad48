/** One job of the fake. What state it is in follows from the clock. */
import * as Duration from "effect/Duration"
import type * as Random from "effect/Random"
import type * as Schema from "effect/Schema"
import * as Endpoint from "../../../cloud/Endpoint.ts"
import * as Hunyuan from "../../../job/Hunyuan.ts"
import * as Job from "../../../job/Job.ts"
import * as JobKind from "../../../job/JobKind.ts"
import type { JobOptions, Options, Outcome } from "./options.ts"
import { digits, uuid } from "./random.ts"

/** Times are Unix milliseconds, and `run` is in milliseconds. */
export interface FakeJob {
  readonly id: Job.JobId
  readonly kind: JobKind.Any
  readonly region: string
  /** What was submitted, as far as the result depends on it. */
  readonly request?: Schema.Json | undefined
  /** When its id is forgotten. */
  readonly expiresAt: number
  /** From when it takes a task slot that is free. */
  readyAt: number
  run: number
  outcome: Outcome
  /** `Infinity` while it waits for a task slot. */
  startsAt: number
  endsAt: number
  /** Names its result files. */
  readonly file: string
  /** Signs the links to them. */
  readonly signature: string
}

/** A job to add, with what was submitted. */
export interface NewJob extends JobOptions {
  readonly request?: Schema.Json | undefined
}

export const status = (job: FakeJob, now: number): "WAIT" | "RUN" | "DONE" | "FAIL" =>
  now < job.startsAt ? "WAIT" : now < job.endsAt ? "RUN" : job.outcome === "DONE" ? "DONE" : "FAIL"

const runOf = (run: Duration.Input | undefined, random: Random.Random): number =>
  run === undefined ? 60_000 + Math.floor(random.nextDoubleUnsafe() * 120_001) : Duration.toMillis(run)

export const makeJob = (
  id: string,
  options: NewJob,
  { timeScale = 1, ...defaults }: Options,
  now: number,
  random: Random.Random
): FakeJob => ({
  id: Job.JobId.make(id),
  kind: options.kind ?? JobKind.Pro,
  region: options.region ?? Endpoint.Endpoint.defaultValue().region,
  request: options.request,
  expiresAt: now + Duration.toMillis(Hunyuan.idLifetime),
  readyAt: now + Duration.toMillis(options.wait ?? defaults.wait ?? 0) / timeScale,
  run: runOf(options.run ?? defaults.run, random) / timeScale,
  outcome: options.outcome ?? "DONE",
  startsAt: Infinity,
  endsAt: Infinity,
  file: uuid(random),
  signature: digits(random, 40, 16)
})
