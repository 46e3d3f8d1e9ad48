/** The panel Generate: a form for each kind of job, what it costs, and what becomes of the job. */
import { useState } from "preact/hooks"
import type { About, Checked, Kind } from "../Api.ts"
import type { Client, Request } from "./client.ts"
import { FieldInput } from "./FieldInput.tsx"
import { type Draft, draftOf, problemsOf, requestOf } from "./form.ts"
import { range } from "./format.ts"
import { JobCard } from "./JobCard.tsx"
import type { Known } from "./known.ts"
import type { Submission } from "./submission.ts"
import { Problem, useAsked } from "./ui.tsx"

export interface Wanted {
  readonly kind: string
  readonly drafts: Readonly<Record<string, Draft>>
}

interface Props {
  readonly client: Client
  readonly known: Known
  readonly wanted: Wanted
  readonly submission: Submission
  readonly onWant: (change: (wanted: Wanted) => Wanted) => void
  readonly onOpen: (path: string) => void
}

const prompts = ["a brass teapot", "a red rocket", "a wooden chair", "a stone lighthouse", "a blue ceramic vase"]

/** These first; the others are behind a summary. */
const isMain = ({ path, required }: Kind["fields"][number]) =>
  required || ["Prompt", "ImageBase64", "ImageUrl", "Image.Base64", "Image.Url"].includes(path)

function KindChoice({
  kind,
  kinds,
  onChoose
}: {
  readonly kinds: ReadonlyArray<Kind>
  readonly kind: Kind
  readonly onChoose: (name: string) => void
}) {
  return (
    <fieldset class="kinds">
      <legend>Kind of job</legend>
      {kinds.map(({ base, name }) => (
        <label key={name}>
          <input type="radio" name="kind" checked={name === kind.name} onChange={() => onChoose(name)} />
          <span>
            {name} {base === undefined ? null : <small>{range(base)}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

function Cost({ about, checked }: { readonly about: About | undefined; readonly checked: Checked | undefined }) {
  const credits = checked?.credits
  return (
    <div class="cost" aria-live="polite">
      <strong>{credits === undefined ? "No price known" : `${range(credits)} credits`}</strong>
      {about?.isPaid === false ? (
        <span class="tag good">free: {about.target === "replay" ? "a recording" : "the fake"}</span>
      ) : null}
      {credits === undefined ? null : (
        <span class="quiet">
          {[
            `base ${credits.base}`,
            ...credits.surcharges.map(({ field, ...charge }) => `${field} ${range(charge)}`)
          ].join(" + ")}
          . {credits.text}.
        </span>
      )}
    </div>
  )
}

/** Asks before anything is paid. */
function Confirmation({
  about,
  checked,
  onAnswer
}: {
  readonly about: About
  readonly checked: Checked
  readonly onAnswer: (isYes: boolean) => void
}) {
  const open = (dialog: HTMLDialogElement | null) => {
    if (dialog !== null && !dialog.open) dialog.showModal()
  }
  return (
    <dialog ref={open} onCancel={() => onAnswer(false)} aria-labelledby="confirm-title">
      <h2 id="confirm-title">Submit a job that is paid for?</h2>
      <p>
        It costs{" "}
        <strong>{checked.credits === undefined ? "an unknown number of credits" : checked.credits.text}</strong>, from
        the account of the key {about.secretId ?? "that is set"}, at {about.endpoint} in {about.region}. A job that
        fails costs nothing.
      </p>
      <div class="buttons">
        <button type="button" onClick={() => onAnswer(false)}>
          Cancel
        </button>
        <button type="button" class="primary" onClick={() => onAnswer(true)}>
          Submit and pay
        </button>
      </div>
    </dialog>
  )
}

function Fields({
  checked,
  draft,
  kind,
  onChange
}: {
  readonly kind: Kind
  readonly draft: Draft
  readonly checked: Checked | undefined
  readonly onChange: (draft: Draft) => void
}) {
  const show = (field: Kind["fields"][number]) => (
    <FieldInput
      key={`${kind.name} ${field.path}`}
      field={field}
      value={draft[field.path]}
      problems={Object.hasOwn(draft, field.path) ? problemsOf(checked?.problems ?? [], field.path) : []}
      onChange={(value) => onChange({ ...draft, [field.path]: value })}
    />
  )
  const others = kind.fields.filter((field) => !isMain(field))
  return (
    <>
      {kind.fields.filter(({ path }) => path === "Prompt").map(show)}
      {kind.fields.some(({ path }) => path === "Prompt") ? (
        <div class="chips" role="group" aria-label="Examples of prompts">
          {prompts.map((prompt) => (
            <button type="button" key={prompt} onClick={() => onChange({ ...draft, Prompt: prompt })}>
              {prompt}
            </button>
          ))}
        </div>
      ) : null}
      <div class="grid">{kind.fields.filter((field) => field.path !== "Prompt" && isMain(field)).map(show)}</div>
      {others.length === 0 ? null : (
        <details open={others.length < 4}>
          <summary>More settings</summary>
          <div class="grid">{others.map(show)}</div>
        </details>
      )}
    </>
  )
}

/** What submits the form: at once where nothing is paid, else after a confirmation. */
const useAsking = ({ known, submission }: Props, kind: string, request: Request, checked: Checked | undefined) => {
  const [isAsking, setAsking] = useState(false)
  const send = () => void submission.submit(kind, request, checked?.credits?.high ?? 0)
  const answer = (isYes: boolean) => {
    setAsking(false)
    if (isYes) send()
  }
  return { answer, isAsking, start: () => (known.about?.isPaid === false ? send() : setAsking(true)) }
}

export function Generate(props: Props) {
  const { client, known, onOpen, onWant, submission, wanted } = props
  const kind = known.kinds.find(({ name }) => name === wanted.kind) ?? known.kinds[0]
  const draft = kind === undefined ? {} : (wanted.drafts[kind.name] ?? draftOf(kind, kind.example))
  const request = kind === undefined ? {} : requestOf(kind, draft)
  const name = kind?.name ?? ""
  const { answer: checked, error } = useAsked(
    kind && (() => client.check(name, request)),
    `${name} ${JSON.stringify(request)}`
  )
  const asking = useAsking(props, name, request, checked)
  if (kind === undefined) return <p class="quiet">Loading…</p>
  const general = checked?.problems.filter(({ path }) => path === "") ?? []
  const job = known.jobs.find(({ operation }) => operation === submission.operation)
  return (
    <div class="generate">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          asking.start()
        }}
      >
        <KindChoice
          kinds={known.kinds}
          kind={kind}
          onChoose={(name) => onWant((wanted) => ({ ...wanted, kind: name }))}
        />
        <p>{kind.description}</p>
        <Fields
          kind={kind}
          draft={draft}
          checked={checked}
          onChange={(draft) => onWant((wanted) => ({ ...wanted, drafts: { ...wanted.drafts, [kind.name]: draft } }))}
        />
        {kind.rules.length === 0 ? null : (
          <ul class="rules quiet">
            {kind.rules.map((rule) => (
              <li key={rule}>{rule}</li>
            ))}
          </ul>
        )}
        <Cost about={known.about} checked={checked} />
        {general.map(({ message }) => (
          <p class="problem" key={message}>
            {message}
          </p>
        ))}
        <Problem error={submission.error ?? error} />
        <button class="primary" disabled={submission.isSending || checked === undefined || checked.problems.length > 0}>
          {submission.isSending ? "Submitting…" : "Generate"}
        </button>
      </form>
      {job === undefined ? null : <JobCard client={client} job={job} onOpen={onOpen} />}
      {asking.isAsking && known.about !== undefined && checked !== undefined ? (
        <Confirmation about={known.about} checked={checked} onAnswer={asking.answer} />
      ) : null}
    </div>
  )
}
