/** The panel Look-up: kinds of job, their fields, and error codes with what to do. */
import type { ErrorCode, Kind } from "../Api.ts"
import { range } from "./format.ts"

const has = (query: string, ...texts: ReadonlyArray<string>) => {
  const words = query.toLowerCase().split(/\s+/)
  const text = texts.join(" ").toLowerCase()
  return words.every((word) => text.includes(word))
}

function KindEntry({ kind, query }: { readonly kind: Kind; readonly query: string }) {
  const fields = kind.fields.filter(({ description, path }) => has(query, kind.name, path, description))
  return (
    <details class="entry" open={query !== ""}>
      <summary>
        <strong>{kind.name}</strong>
        <span>{kind.description}</span>
        {kind.base === undefined ? null : <span class="quiet">{range(kind.base)} credits</span>}
      </summary>
      <p class="quiet">
        <code>{kind.submit}</code> <code>{kind.query}</code> {kind.tasksAtOnce} at once, <code>--kind {kind.flag}</code>
      </p>
      <dl>
        {(fields.length === 0 ? kind.fields : fields).map((field) => (
          <div key={field.path}>
            <dt>
              <code>{field.path}</code>
              {field.required ? <span class="required"> needed</span> : null}
            </dt>
            <dd>
              {field.description}
              {field.values === undefined ? null : <span class="quiet"> {field.values.join(", ")}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {kind.rules.map((rule) => (
        <p key={rule}>{rule}</p>
      ))}
    </details>
  )
}

function CodeEntry({ code: { advice, code, isRetryable, meaning, reason } }: { readonly code: ErrorCode }) {
  return (
    <div class="entry">
      <p>
        <code>{code}</code> <span class="tag">{reason}</span>
        {isRetryable ? <span class="tag good">retried</span> : null}
      </p>
      <p>{meaning}</p>
      <p class="quiet">{advice}</p>
    </div>
  )
}

export function LookUp({
  codes,
  kinds,
  onSearch,
  query
}: {
  readonly kinds: ReadonlyArray<Kind>
  readonly codes: ReadonlyArray<ErrorCode>
  readonly query: string
  readonly onSearch: (query: string) => void
}) {
  const foundKinds = kinds.filter((kind) =>
    has(query, kind.name, kind.description, kind.submit, kind.query, ...kind.fields.map(({ path }) => path))
  )
  const foundCodes = codes.filter(({ advice, code, meaning, reason }) => has(query, code, reason, meaning, advice))
  return (
    <>
      <div class="field">
        <label for="look-up">Search kinds, fields and error codes</label>
        <input
          id="look-up"
          type="search"
          placeholder="SignatureExpire"
          value={query}
          onInput={({ currentTarget }) => onSearch(currentTarget.value)}
        />
      </div>
      <h2>Kinds of job</h2>
      {foundKinds.length === 0 ? <p class="empty">No kind has this.</p> : null}
      {foundKinds.map((kind) => (
        <KindEntry key={kind.name} kind={kind} query={query} />
      ))}
      <h2>Error codes ({foundCodes.length})</h2>
      {foundCodes.length === 0 ? (
        <p class="empty">No documented code has this. Codes are open: the service adds new ones.</p>
      ) : null}
      {foundCodes.map((code) => (
        <CodeEntry key={code.code} code={code} />
      ))}
    </>
  )
}
