/** Small things that several panels show. */
import type { ComponentChildren } from "preact"
import { useEffect, useState } from "preact/hooks"
import { type Client, Failure } from "./client.ts"

function CopyButton({ label = "Copy", text }: { readonly text: string; readonly label?: string }) {
  const [said, setSaid] = useState<string>()
  useEffect(() => {
    if (said === undefined) return undefined
    const timer = setTimeout(() => setSaid(undefined), 1500)
    return () => clearTimeout(timer)
  }, [said])
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setSaid("Copied"),
      () => setSaid("Select and copy it")
    )
  }
  return (
    <button type="button" class="small" onClick={copy} aria-live="polite">
      {said ?? label}
    </button>
  )
}

interface ListingProps {
  readonly title: ComponentChildren
  readonly text: string
  readonly note?: string
  /** From where to where the text is marked. */
  readonly marked?: { readonly from: number; readonly to: number }
}

/** A text as it is, with its title and a button that copies it. */
export function Listing(props: ListingProps) {
  const { from, to } = props.marked ?? { from: 0, to: 0 }
  return (
    <figure class="listing">
      <figcaption>
        <span>{props.title}</span>
        <CopyButton text={props.text} />
      </figcaption>
      {props.note === undefined ? null : <p class="quiet">{props.note}</p>}
      <pre>
        <code>
          {props.text.slice(0, from)}
          {from < to ? <mark>{props.text.slice(from, to)}</mark> : null}
          {props.text.slice(to)}
        </code>
      </pre>
    </figure>
  )
}

export function Problem({ error }: { readonly error: Failure | undefined }) {
  if (error === undefined) return null
  return (
    <p class="problem" role="alert">
      {error.message}
      {error.code === undefined ? null : (
        <>
          {" "}
          <a href={`#look-up=${encodeURIComponent(error.code)}`}>{error.code}</a>
        </>
      )}
    </p>
  )
}

export const failureOf = (error: unknown): Failure =>
  error instanceof Failure ? error : new Failure("Bug", error instanceof Error ? error.message : String(error))

interface Asked<A> {
  readonly answer?: A
  readonly error?: Failure
}

/** The answer to a question that changes: a while after the last change, and never that of an earlier one. */
export const useAsked = <A,>(ask: (() => Promise<A>) | undefined, key: string, delay = 250): Asked<A> => {
  const [asked, setAsked] = useState<Asked<A>>({})
  useEffect(() => {
    if (ask === undefined) return undefined
    let isOver = false
    const timer = setTimeout(() => {
      ask().then(
        (answer) => {
          if (!isOver) setAsked({ answer })
        },
        (error: unknown) => {
          if (!isOver) setAsked({ error: failureOf(error) })
        }
      )
    }, delay)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [key])
  return asked
}

/** A picture of the folder, through the client, which has the token. */
export function FileImage(props: {
  readonly client: Client
  readonly path: string
  readonly alt: string
  readonly class?: string
}) {
  const { alt, client, path } = props
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    let made: string | undefined
    let isOver = false
    client.bytes(path).then(
      (bytes) => {
        if (isOver) return
        made = URL.createObjectURL(new Blob([bytes]))
        setUrl(made)
      },
      () => setUrl(undefined)
    )
    return () => {
      isOver = true
      if (made !== undefined) URL.revokeObjectURL(made)
    }
  }, [client, path])
  return url === undefined ? null : <img src={url} alt={alt} class={props.class} />
}
