/** A job that was just submitted: how far it is, then its picture and its files. */
import type { JobLine } from "../Api.ts"
import type { Client } from "./client.ts"
import { duration } from "./format.ts"
import { useNow } from "./store.ts"
import { TimeBar } from "./TimeBar.tsx"
import { isOver, stateText } from "./timeline.ts"
import { FileImage } from "./ui.tsx"
import { sizeOf } from "./view/Facts.tsx"

export function JobCard({
  client,
  job,
  onOpen
}: {
  readonly client: Client
  readonly job: JobLine
  readonly onOpen: (path: string) => void
}) {
  const now = useNow(!isOver(job))
  const model = job.files.find(({ format }) => format === "glb") ?? job.files.find(({ format }) => format !== "image")
  const picture = model?.preview ?? job.files.find(({ format }) => format === "image")?.path
  return (
    <section class="card" aria-label="The job" data-state={job.state}>
      <header>
        <h2>{job.title ?? job.kind}</h2>
        <span aria-live="polite">
          {stateText[job.state]}
          <span class="quiet"> {duration((job.downloadedAt ?? job.endedAt ?? now) - job.submittedAt)}</span>
        </span>
      </header>
      <TimeBar job={job} now={now} />
      {job.problem === undefined ? null : <p class="problem">{job.problem}</p>}
      {picture === undefined ? (
        <div class="placeholder" aria-hidden="true" />
      ) : (
        <FileImage client={client} path={picture} alt={`A picture of ${job.title ?? "the model"}`} class="picture" />
      )}
      {model === undefined ? null : (
        <div class="buttons">
          <button type="button" class="primary" onClick={() => onOpen(model.path)}>
            Look at it in 3D
          </button>
        </div>
      )}
      <ul class="files">
        {job.files.map(({ path, size }) => (
          <li key={path}>
            <button type="button" class="link" onClick={() => onOpen(path)}>
              {path}
            </button>
            <span class="quiet">{sizeOf(size)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
