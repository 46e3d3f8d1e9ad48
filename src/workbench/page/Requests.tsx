/** The panel Requests: what went out and what came back, the newest first. */
import type { SentRequest } from "../Api.ts"
import type { Client } from "./client.ts"
import { clock, duration } from "./format.ts"
import { Steering } from "./Steering.tsx"
import { useNow } from "./store.ts"
import { Listing } from "./ui.tsx"

const pretty = (json: string) => {
  try {
    return JSON.stringify(JSON.parse(json), undefined, 2)
  } catch {
    return json
  }
}

const pathOf = (url: string) => (URL.canParse(url) ? new URL(url).pathname : url)

/** What came of it, in a word. */
const outcomeOf = ({ answer }: SentRequest) =>
  answer === undefined
    ? "no answer yet"
    : (answer.code ?? answer.failure ?? (answer.status === undefined ? "answered" : `${answer.status}`))

const isBad = ({ answer }: SentRequest) =>
  answer !== undefined && (answer.code !== undefined || answer.failure !== undefined || (answer.status ?? 0) >= 400)

function Row({ now, request }: { readonly request: SentRequest; readonly now: number }) {
  const { action, answer, at, body, headers, method, url, whyRefused } = request
  return (
    <li data-bad={isBad(request)}>
      <details>
        <summary>
          <span class="quiet">{clock(at)}</span>
          <strong>{action ?? `${method} ${pathOf(url)}`}</strong>
          <span class="outcome">{outcomeOf(request)}</span>
          <span class="quiet">{duration((answer?.at ?? now) - at)}</span>
        </summary>
        {whyRefused === undefined ? null : <p class="problem">{whyRefused}</p>}
        <Listing
          title={`${method} ${url}`}
          text={Object.entries(headers)
            .map(([name, value]) => `${name}: ${value}`)
            .join("\n")}
        />
        {body === undefined ? null : <Listing title="Body" text={pretty(body)} />}
        {answer === undefined ? null : (
          <Listing
            title={`Answer ${answer.status ?? ""} ${answer.requestId === undefined ? "" : `request id ${answer.requestId}`}`}
            text={answer.body === undefined ? (answer.failure ?? "no text") : pretty(answer.body)}
          />
        )}
      </details>
    </li>
  )
}

export function Requests({
  canSteer,
  client,
  requests
}: {
  readonly client: Client
  readonly canSteer: boolean
  readonly requests: ReadonlyArray<SentRequest>
}) {
  const now = useNow(requests.some(({ answer }) => answer === undefined))
  return (
    <>
      {canSteer ? <Steering client={client} /> : null}
      {requests.length === 0 ? <p class="empty">Nothing was sent yet.</p> : null}
      <ul class="requests">
        {requests.map((request) => (
          <Row key={request.id} request={request} now={now} />
        ))}
      </ul>
    </>
  )
}
