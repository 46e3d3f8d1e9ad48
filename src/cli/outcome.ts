/** From what is known of a run, or of one of its jobs, to the object that `output.ts` describes. */
import type * as Credits from "../job/Credits.ts"
import type * as Job from "../job/Job.ts"
import { exitCodes, type Failure } from "./failure.ts"
import type { Output } from "./output.ts"
import { printable } from "./print.ts"

/** What is known of a run. */
export interface Facts extends Partial<
  Omit<typeof Output.Type, "version" | "command" | "ok" | "error" | "job" | "credits">
> {
  readonly job?: Job.Job
  readonly estimate?: Credits.Estimate
  /** The command that goes on, should this one end early. */
  readonly next?: string | undefined
  /** Whether a submission that was interrupted may have been carried out. */
  readonly mayHaveRun?: boolean | undefined
}

/** All facts, and the error if there is one. */
export const outcome = ({ estimate, job, mayHaveRun, next, ...facts }: Facts, failure: Failure | undefined) => ({
  ok: failure === undefined,
  ...facts,
  ...(job === undefined ? {} : { job: jobOf(job) }),
  ...creditsOf(estimate, job?.credits?.consumed),
  ...(failure === undefined ? {} : { error: errorOf(failure, { mayHaveRun, next }) })
})

const jobOf = (job: Job.Job) => ({
  ...job,
  files: job.files.map(({ expiresAt, extra, previewUrl, type, url }) => ({
    ...(type === undefined ? {} : { type }),
    ...(url === undefined ? {} : { url: url.href }),
    ...(previewUrl === undefined ? {} : { previewUrl: previewUrl.href }),
    extra,
    ...(expiresAt === undefined ? {} : { expiresAt })
  }))
})

const rangeOf = ({ low, high }: Credits.Range) => ({ min: low, max: high })

const creditsOf = (estimate: Credits.Estimate | undefined, consumed: number | undefined) => {
  if (estimate === undefined && consumed === undefined) return {}
  return {
    credits: {
      ...(estimate === undefined ? {} : { estimated: estimatedOf(estimate) }),
      ...(consumed === undefined ? {} : { consumed })
    }
  }
}

const estimatedOf = (estimate: Credits.Estimate) => ({
  ...rangeOf(estimate),
  date: estimate.priceListDate,
  base: estimate.base,
  surcharges: estimate.surcharges.map(({ field, ...range }) => ({ field, ...rangeOf(range) })),
  price: { currency: estimate.price.currency, ...rangeOf(estimate.price) }
})

export const errorOf = (failure: Failure, facts: Pick<Facts, "mayHaveRun" | "next">) => {
  const { code, exitCode, mayHaveRun = facts.mayHaveRun, message, requestId, retryable } = failure
  return {
    code,
    message: printable(message),
    ...(requestId === undefined ? {} : { requestId }),
    retryable,
    ...(mayHaveRun === undefined ? {} : { mayHaveRun }),
    exitCode,
    // A job that failed does not go on.
    ...(facts.next === undefined || exitCode === exitCodes.jobFailed ? {} : { next: facts.next })
  }
}
