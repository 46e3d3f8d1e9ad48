/** The panel Sign: how a call is signed, step by step, and why a captured one is refused. Nothing is sent. */
import { useState } from "preact/hooks"
import type { Compared, Kind, Signed } from "../Api.ts"
import type { Client, Failure, Request } from "./client.ts"
import { differing } from "./difference.ts"
import { failureOf, Listing, Problem, useAsked } from "./ui.tsx"

const stepsOf = (signed: Signed) => [
  {
    title: "Digest of the body",
    note: "SHA-256 of the body, byte for byte. One space more makes another signature.",
    text: signed.payloadHash
  },
  {
    title: "Canonical request",
    note: "Method, path, query, the signed headers, their names, and the digest of the body: a line each.",
    text: signed.canonicalRequest
  },
  {
    title: "Digest of the canonical request",
    note: "SHA-256 of the text above.",
    text: signed.canonicalRequestHash
  },
  {
    title: "String to sign",
    note: `The algorithm, the time in seconds, the scope (${signed.credentialScope}), and the digest above.`,
    text: signed.stringToSign
  },
  {
    title: "Signature",
    note:
      "HMAC-SHA256 of the string to sign. Its key comes from the secret key in three steps: by the date, the product, " +
      "and the word tc3_request. This page never sees a key.",
    text: signed.signature
  },
  {
    title: "Authorization",
    note: "Who signed, for what, which headers, and the signature.",
    text: signed.authorization
  },
  {
    title: "All headers",
    note: `They go to ${signed.url} with the body.`,
    text: Object.entries(signed.headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n")
  }
]

function Steps({ signed }: { readonly signed: Signed }) {
  return (
    <ol class="steps">
      {stepsOf(signed).map((step) => (
        <li key={step.title}>
          <Listing {...step} />
        </li>
      ))}
    </ol>
  )
}

function Difference({ expected, signed }: NonNullable<Compared["causes"][number]["difference"]>) {
  return (
    <div class="difference">
      <Listing title="As the service writes it" text={expected} marked={differing(expected, signed)} />
      <Listing title="As it was signed" text={signed} marked={differing(signed, expected)} />
    </div>
  )
}

function Comparison({ compared }: { readonly compared: Compared }) {
  const { causes, checks, form, host, message, verdict } = compared
  return (
    <div class="card" data-verdict={verdict}>
      <p>
        This is {form}
        {compared.action === undefined ? "" : `: ${compared.action}`} to {host}.
      </p>
      <p class={verdict === "right" ? "good" : "problem"}>{message}</p>
      {causes.map(({ difference, mistakes }, index) => (
        <section key={index}>
          {index === 0 ? null : <p>Or, which makes the same signature:</p>}
          {mistakes.map((mistake) => (
            <p key={mistake.name}>
              <strong>{mistake.name}</strong> {mistake.message}
            </p>
          ))}
          {difference === undefined ? null : <Difference {...difference} />}
        </section>
      ))}
      {checks.map((check) => (
        <p key={check.name} class={check.isMistake ? "problem" : ""}>
          <strong>{check.name}</strong> {check.message}
        </p>
      ))}
    </div>
  )
}

function TextField(props: {
  readonly id: string
  readonly label: string
  readonly rows: number
  readonly value: string
  readonly onChange: (text: string) => void
}) {
  const { id, label, onChange, rows, value } = props
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {rows === 1 ? (
        <input id={id} class="code" value={value} onInput={({ currentTarget }) => onChange(currentTarget.value)} />
      ) : (
        <textarea
          id={id}
          class="code"
          rows={rows}
          value={value}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )}
    </div>
  )
}

function Compare({ client }: { readonly client: Client }) {
  const [text, setText] = useState("")
  const [found, setFound] = useState<Compared>()
  const [error, setError] = useState<Failure>()
  const compare = async () => {
    setError(undefined)
    setFound(undefined)
    try {
      setFound(await client.compare(text))
    } catch (failure) {
      setError(failureOf(failure))
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void compare()
      }}
    >
      <h2>Why is it refused?</h2>
      <div class="field">
        <label for="captured">Captured request</label>
        <textarea
          id="captured"
          class="code"
          rows={6}
          aria-describedby="captured-rules"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <p id="captured-rules" class="quiet">
          A curl command, the output of curl -v, raw HTTP, a HAR, or the debug log of the Go or the Python SDK. It stays
          on this machine.
        </p>
      </div>
      <Problem error={error} />
      <button disabled={text.trim() === ""}>Find the mistake</button>
      {found === undefined ? null : <Comparison compared={found} />}
    </form>
  )
}

export function Sign(props: {
  readonly client: Client
  readonly kinds: ReadonlyArray<Kind>
  readonly request: Request
}) {
  const { client, kinds, request } = props
  const actions = kinds.flatMap(({ query, submit }) => [submit, query])
  const [action, setAction] = useState(actions[0] ?? "")
  const [payload, setPayload] = useState(() => JSON.stringify(request))
  const [timestamp, setTimestamp] = useState("")
  const seconds = /^\d+$/.test(timestamp) ? { timestamp: Number(timestamp) } : {}
  const { answer, error } = useAsked(
    () => client.sign({ action, payload, ...seconds }),
    JSON.stringify([action, payload, timestamp])
  )
  return (
    <div class="columns">
      <section>
        <div class="field">
          <label for="action">Action</label>
          <input
            id="action"
            list="actions"
            value={action}
            onInput={({ currentTarget }) => setAction(currentTarget.value)}
          />
          <datalist id="actions">
            {actions.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </div>
        <TextField id="payload" label="Body" rows={4} value={payload} onChange={setPayload} />
        <TextField
          id="timestamp"
          label="Time, in seconds since 1970; empty for now"
          rows={1}
          value={timestamp}
          onChange={setTimestamp}
        />
        <Compare client={client} />
      </section>
      <section aria-label="Steps">
        <Problem error={error} />
        {answer === undefined ? null : <Steps signed={answer} />}
      </section>
    </div>
  )
}
