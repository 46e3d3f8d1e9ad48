/** What the page knows of the server, and how an event changes that. */
import type { About, ErrorCode, Event, JobLine, Kind, ModelFile, SentRequest } from "../Api.ts"
import type { Failure } from "./client.ts"

export interface Known {
  readonly about?: About
  readonly kinds: ReadonlyArray<Kind>
  readonly codes: ReadonlyArray<ErrorCode>
  readonly jobs: ReadonlyArray<JobLine>
  readonly files: ReadonlyArray<ModelFile>
  readonly requests: ReadonlyArray<SentRequest>
  /** Why the page knows nothing new. */
  readonly failure?: Failure | undefined
}

export const nothing: Known = { kinds: [], codes: [], jobs: [], files: [], requests: [] }

const mostRequests = 500

/** In place of the one with the same name, or first. */
const upsert = <A>(list: ReadonlyArray<A>, item: A, key: (item: A) => unknown): ReadonlyArray<A> =>
  list.some((one) => key(one) === key(item))
    ? list.map((one) => (key(one) === key(item) ? item : one))
    : [item, ...list]

export const applied = (known: Known, event: Event): Known => {
  switch (event._tag) {
    case "Job":
      return { ...known, jobs: upsert(known.jobs, event.job, ({ operation }) => operation) }
    case "Forgotten":
      return { ...known, jobs: known.jobs.filter(({ operation }) => operation !== event.operation) }
    case "Request":
      return { ...known, requests: upsert(known.requests, event.request, ({ id }) => id).slice(0, mostRequests) }
    default:
      return known
  }
}
