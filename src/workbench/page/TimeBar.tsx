/** The stages of a job, drawn as long as they took. */
import type { JobLine } from "../Api.ts"
import { duration } from "./format.ts"
import { stagesOf } from "./timeline.ts"

export function TimeBar({ job, now }: { readonly job: JobLine; readonly now: number }) {
  const stages = stagesOf(job, now)
  if (stages.length === 0) return null
  return (
    <ol class="bar" aria-label="Stages">
      {stages.map(({ isNow, label, millis, name }) => (
        <li key={name} class={`stage stage-${name}`} data-now={isNow} style={{ flexGrow: Math.max(millis, 1) }}>
          <span>
            {label} <b>{duration(millis)}</b>
          </span>
        </li>
      ))}
    </ol>
  )
}
