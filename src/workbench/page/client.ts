/**
 * The page's way to the server: typed questions, and the stream of what happens.
 *
 * The token comes in the fragment of the address, which no request carries. It is kept for this tab, and taken out of
 * the address at once.
 */
import type {
  About,
  Checked,
  Compared,
  ErrorCode,
  Event,
  JobLine,
  Kind,
  ModelFacts,
  ModelFile,
  Sample,
  SentRequest,
  Signed,
  SignRequest
} from "../Api.ts"
import { linesOf } from "./ndjson.ts"

/** What the server said instead of an answer, as a sentence. */
export class Failure extends Error {
  /** The tag of the error, such as `Refused`; `Gone` where there is no server. */
  readonly tag: string
  readonly code: string | undefined
  constructor(tag: string, message: string, code?: string) {
    super(message)
    this.tag = tag
    this.code = code
  }
}

/** The fields of a request, by the API's own names. */
export type Request = Readonly<Record<string, Json>>
export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

export interface FakeClock {
  readonly now: number
  readonly advancedBy: number
  readonly timeScale: number
}

export type Fault = string | { readonly code: string } | { readonly slow: number }

const gone = new Failure("Gone", "The program that serves this page has ended. Start it again: hunyuan3d workbench")

/** The server is the same version of the same program: what it answers has the types of `Api.ts`. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
const isOf = <A>(value: unknown): value is A => value !== undefined

/** The value of a JSON text; undefined for any other text. */
const readJson = (typed: string): Json | undefined => {
  try {
    const value: unknown = JSON.parse(typed)
    return isOf<Json>(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const text = (value: unknown) => (typeof value === "string" ? value : undefined)

const failureOf = (status: number, body: string): Failure => {
  const parsed = readJson(body)
  const fields = isRecord(parsed) ? parsed : {}
  const message = text(fields["message"]) ?? `The server answered with status ${status}.`
  return new Failure(text(fields["_tag"]) ?? "Refused", message, text(fields["code"]))
}

const storageKey = "hunyuan3d-token"

/** The token of this tab. */
export const takeToken = (): string => {
  const given = new URLSearchParams(location.hash.slice(1)).get("token")
  if (given !== null) {
    sessionStorage.setItem(storageKey, given)
    history.replaceState(null, "", location.pathname)
  }
  return sessionStorage.getItem(storageKey) ?? ""
}

export type Client = ReturnType<typeof makeClient>

export const makeClient = (token: string) => {
  const authorization = `Bearer ${token}`

  const send = async (method: string, path: string, payload?: unknown): Promise<Response> => {
    const body = payload === undefined ? {} : { body: JSON.stringify(payload) }
    const headers = { authorization, ...(payload === undefined ? {} : { "content-type": "application/json" }) }
    const response = await fetch(path, { method, headers, ...body }).catch(() => Promise.reject(gone))
    if (!response.ok) throw failureOf(response.status, await response.text())
    return response
  }
  const ask = async <A>(method: string, path: string, payload?: unknown): Promise<A> => {
    const response = await send(method, path, payload)
    const answer: unknown = response.status === 204 ? null : await response.json()
    return isOf<A>(answer) ? answer : Promise.reject(gone)
  }
  const get = <A>(path: string) => ask<A>("GET", path)
  const post = <A>(path: string, payload: unknown = {}) => ask<A>("POST", path, payload)
  const at = (operation: string) => `/api/jobs/${encodeURIComponent(operation)}`
  const fileQuery = (path: string) => `?${String(new URLSearchParams({ path }))}`

  return {
    about: () => get<About>("/api/about"),
    kinds: () => get<ReadonlyArray<Kind>>("/api/kinds"),
    codes: () => get<ReadonlyArray<ErrorCode>>("/api/codes"),
    jobs: () => get<ReadonlyArray<JobLine>>("/api/jobs"),
    files: () => get<ReadonlyArray<ModelFile>>("/api/files"),
    requests: () => get<ReadonlyArray<SentRequest>>("/api/requests"),
    check: (kind: string, request: Request) => post<Checked>("/api/check", { kind, request }),
    submit: (submission: {
      readonly kind: string
      readonly request: Request
      readonly operation: string
      readonly confirmedCredits: number
    }) => post<JobLine>("/api/jobs", submission),
    resume: (operation: string) => post<JobLine>(`${at(operation)}/resume`),
    forget: (operation: string) => post<null>(`${at(operation)}/forget`),
    facts: (path: string) => get<ModelFacts>(`/api/facts${fileQuery(path)}`),
    bytes: async (path: string) => (await send("GET", `/api/bytes${fileQuery(path)}`)).arrayBuffer(),
    sign: (request: SignRequest) => post<Signed>("/api/sign", request),
    compare: (captured: string) => post<Compared>("/api/compare", { text: captured }),
    code: (kind: string, request: Request) => post<ReadonlyArray<Sample>>("/api/code", { kind, request }),
    fake: {
      clock: () => get<FakeClock>("/__fake/clock"),
      setClock: (change: { readonly advance?: number; readonly timeScale?: number }) =>
        post<FakeClock>("/__fake/clock", change),
      faults: (...faults: ReadonlyArray<Fault>) => post<null>("/__fake/faults", faults),
      failing: (reason: { readonly code: string; readonly message: string } | null) =>
        post<null>("/__fake/failing", reason),
      reset: () => post<null>("/__fake/reset")
    },
    /** What happens, until the connection ends. */
    events: async (signal: AbortSignal, onEvent: (event: Event) => void): Promise<void> => {
      const response = await fetch("/api/events", { headers: { authorization }, signal })
      if (!response.ok || response.body === null) throw failureOf(response.status, await response.text())
      for await (const line of linesOf(response.body)) {
        const event: unknown = JSON.parse(line)
        if (isOf<Event>(event)) onEvent(event)
      }
    }
  }
}
