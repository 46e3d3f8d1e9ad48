/** The panel Jobs: what was submitted, the newest first, each with its stages and what can be done with it. */
import { useState } from "preact/hooks"
import type { JobLine } from "../Api.ts"
import type { Client, Failure } from "./client.ts"
import { clock, range, until } from "./format.ts"
import type { Known } from "./known.ts"
import { useNow } from "./store.ts"
import { TimeBar } from "./TimeBar.tsx"
import { canResume, isOver, stateText } from "./timeline.ts"
import { failureOf, FileImage, Problem } from "./ui.tsx"

interface RowProps {
  readonly client: Client
  readonly job: JobLine
  readonly now: number
  readonly onOpen: (path: string) => void
}

function Facts({ job, now }: Pick<RowProps, "job" | "now">) {
  const expires = until(job.expiresAt, now)
  const links = job.state === "downloaded" ? undefined : until(job.linksExpireAt, now)
  const cost = job.consumed ?? (job.estimate === undefined ? undefined : `about ${range(job.estimate)}`)
  return (
    <p class="facts quiet">
      <span>{job.kind}</span>
      <span>{clock(job.submittedAt)}</span>
      {cost === undefined ? null : <span>{cost} credits</span>}
      {job.jobId === undefined ? null : <code>{job.jobId}</code>}
      {expires === undefined || isOver(job) ? null : <span>id expires in {expires}</span>}
      {links === undefined ? null : <span>links expire in {links}</span>}
    </p>
  )
}

function Row({ client, job, now, onOpen }: RowProps) {
  const [error, setError] = useState<Failure>()
  const tried = (action: Promise<unknown>) => {
    setError(undefined)
    action.catch((failure: unknown) => setError(failureOf(failure)))
  }
  const model = job.files.find(({ format }) => format !== "image" && format !== "other")
  return (
    <li class="job" data-state={job.state}>
      {model?.preview === undefined ? (
        <div class="thumb" aria-hidden="true" />
      ) : (
        <FileImage client={client} path={model.preview} alt="" class="thumb" />
      )}
      <div class="job-main">
        <header>
          <h3>{job.title ?? job.operation}</h3>
          <span class="state">{stateText[job.state]}</span>
        </header>
        <TimeBar job={job} now={now} />
        <Facts job={job} now={now} />
        {job.problem === undefined ? null : <p class="problem">{job.problem}</p>}
        <Problem error={error} />
        <div class="buttons">
          {model === undefined ? null : (
            <button type="button" class="small" onClick={() => onOpen(model.path)}>
              Look at it in 3D
            </button>
          )}
          {canResume(job) ? (
            <button type="button" class="small" onClick={() => tried(client.resume(job.operation))}>
              Resume
            </button>
          ) : null}
          {job.isWatched ? null : <Forget onForget={() => tried(client.forget(job.operation))} />}
        </div>
      </div>
    </li>
  )
}

/** Asks once more, since nothing finds a job again that the journal has forgotten. */
function Forget({ onForget }: { readonly onForget: () => void }) {
  const [isAsking, setAsking] = useState(false)
  if (!isAsking) {
    return (
      <button type="button" class="small" onClick={() => setAsking(true)}>
        Forget
      </button>
    )
  }
  return (
    <button type="button" class="small danger" onClick={onForget} onBlur={() => setAsking(false)}>
      Forget it for ever
    </button>
  )
}

export function Jobs({
  client,
  known,
  onOpen
}: {
  readonly client: Client
  readonly known: Known
  readonly onOpen: (path: string) => void
}) {
  const [onlyOpen, setOnlyOpen] = useState(false)
  const now = useNow(known.jobs.some((job) => !isOver(job)))
  const shown = known.jobs
    .filter((job) => !onlyOpen || !isOver(job))
    .toSorted((one, other) => other.submittedAt - one.submittedAt)
  if (known.jobs.length === 0) {
    return <p class="empty">Nothing was submitted yet. Choose Generate, and submit a job.</p>
  }
  return (
    <>
      <label class="filter">
        <input
          type="checkbox"
          checked={onlyOpen}
          onChange={({ currentTarget }) => setOnlyOpen(currentTarget.checked)}
        />
        Only what is unfinished
      </label>
      {shown.length === 0 ? <p class="empty">Nothing is unfinished.</p> : null}
      <ul class="jobs">
        {shown.map((job) => (
          <Row key={job.operation} client={client} job={job} now={now} onOpen={onOpen} />
        ))}
      </ul>
    </>
  )
}
