/** The page: its head, its tabs, and the panel that is open. */
import { useEffect, useMemo, useState } from "preact/hooks"
import type { About } from "../Api.ts"
import { type Client, makeClient } from "./client.ts"
import { Code } from "./Code.tsx"
import { draftOf, requestOf } from "./form.ts"
import { Generate, type Wanted } from "./Generate.tsx"
import { Jobs } from "./Jobs.tsx"
import type { Known } from "./known.ts"
import { LazyView } from "./LazyView.tsx"
import { LookUp } from "./LookUp.tsx"
import { Requests } from "./Requests.tsx"
import { Sign } from "./Sign.tsx"
import { useKnown } from "./store.ts"
import { type Submission, useSubmission } from "./submission.ts"
import { tabs, type TabName, Tabs } from "./Tabs.tsx"

const targets: Readonly<Record<About["target"], string>> = {
  fake: "in-memory fake",
  serve: "hunyuan3d serve",
  live: "real endpoint",
  replay: "recording"
}

function Head({ about }: { readonly about: About | undefined }) {
  return (
    <header class="head">
      <h1>
        hunyuan3d <span>workbench</span>
      </h1>
      {about === undefined ? null : (
        <p>
          <span class={about.isPaid ? "tag paid" : "tag good"}>{targets[about.target]}</span>
          <span class="quiet">
            {about.target === "fake" ? "" : `${about.endpoint} `}
            {about.region}
          </span>
          {about.keyProblem === undefined ? (
            <span class="quiet">{about.secretId}</span>
          ) : (
            <span class="problem">{about.keyProblem}</span>
          )}
        </p>
      )}
    </header>
  )
}

interface PanelProps {
  readonly client: Client
  readonly known: Known
  readonly tab: TabName
  readonly wanted: Wanted
  readonly path: string | undefined
  readonly query: string
  readonly submission: Submission
  readonly onWant: (change: (wanted: Wanted) => Wanted) => void
  readonly onOpen: (path: string) => void
  readonly onSearch: (query: string) => void
}

/** The request of the form as it stands. */
const requestNow = (known: Known, wanted: Wanted) => {
  const kind = known.kinds.find(({ name }) => name === wanted.kind) ?? known.kinds[0]
  if (kind === undefined) return { kind: "Pro", request: {} }
  return { kind: kind.name, request: requestOf(kind, wanted.drafts[kind.name] ?? draftOf(kind, kind.example)) }
}

function Panel({ client, known, onOpen, onSearch, onWant, path, query, submission, tab, wanted }: PanelProps) {
  const { kind, request } = requestNow(known, wanted)
  switch (tab) {
    case "Generate":
      return (
        <Generate
          client={client}
          known={known}
          wanted={wanted}
          submission={submission}
          onWant={onWant}
          onOpen={onOpen}
        />
      )
    case "Jobs":
      return <Jobs client={client} known={known} onOpen={onOpen} />
    case "View":
      return <LazyView client={client} files={known.files} path={path} onOpen={onOpen} />
    case "Sign":
      return known.kinds.length === 0 ? null : <Sign client={client} kinds={known.kinds} request={request} />
    case "Code":
      return <Code client={client} kind={kind} request={request} />
    case "Requests":
      return (
        <Requests
          client={client}
          requests={known.requests}
          canSteer={known.about?.target === "fake" || known.about?.target === "serve"}
        />
      )
    case "Look-up":
      return <LookUp kinds={known.kinds} codes={known.codes} query={query} onSearch={onSearch} />
  }
}

/** Addresses such as `#look-up=InternalError` open the look-up. */
const useFragment = (onLookUp: (query: string) => void) => {
  useEffect(() => {
    const read = () => {
      const query = new URLSearchParams(location.hash.slice(1)).get("look-up")
      if (query === null) return
      // So that the same link works again.
      history.replaceState(null, "", location.pathname)
      onLookUp(query)
    }
    read()
    addEventListener("hashchange", read)
    return () => removeEventListener("hashchange", read)
  }, [])
}

export function App({ token }: { readonly token: string }) {
  const client = useMemo(() => makeClient(token), [token])
  const known = useKnown(client)
  const submission = useSubmission(client)
  const [tab, setTab] = useState<TabName>(tabs[0])
  const [wanted, setWanted] = useState<Wanted>({ kind: "Pro", drafts: {} })
  const [path, setPath] = useState<string>()
  const [query, setQuery] = useState("")
  const open = (path: string) => {
    setPath(path)
    setTab("View")
  }
  useFragment((query) => {
    setQuery(query)
    setTab("Look-up")
  })
  const first = known.about?.open
  useEffect(() => {
    if (first?.file !== undefined) open(first.file)
    else if (first !== undefined) setTab("Jobs")
  }, [first])
  return (
    <>
      <Head about={known.about} />
      <Tabs open={tab} onOpen={setTab} />
      {known.failure === undefined ? null : (
        <p class="banner" role="alert">
          {known.failure.message}
        </p>
      )}
      <main>
        <div id="panel" role="tabpanel" aria-labelledby={`tab-${tab}`} class={`panel panel-${tab.toLowerCase()}`}>
          {known.about === undefined ? null : (
            <Panel
              client={client}
              known={known}
              tab={tab}
              wanted={wanted}
              submission={submission}
              path={path}
              query={query}
              onWant={setWanted}
              onOpen={open}
              onSearch={setQuery}
            />
          )}
        </div>
      </main>
    </>
  )
}
