/**
 * What the page knows of the server: read once, and kept up to date by the stream of events.
 *
 * **Gotchas**
 *
 * - The lists are read after each connection, since what happened before it is in no event.
 */
import { useEffect, useState } from "preact/hooks"
import { type Client, Failure } from "./client.ts"
import { applied, type Known, nothing } from "./known.ts"

const asFailure = (error: unknown) =>
  error instanceof Failure
    ? error
    : new Failure("Lost", `The connection to the program was lost, and is tried again. (${String(error)})`)

const readAll = async (client: Client): Promise<Known> => {
  const [about, kinds, codes, jobs, files, requests] = await Promise.all([
    client.about(),
    client.kinds(),
    client.codes(),
    client.jobs(),
    client.files(),
    client.requests()
  ])
  return { about, kinds, codes, jobs, files, requests: requests.toSorted((one, other) => other.id - one.id) }
}

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

/** Follows the server for as long as the page is there. */
const follow = async (client: Client, signal: AbortSignal, update: (change: (known: Known) => Known) => void) => {
  const set = (change: Partial<Known>) => update((known) => ({ ...known, ...change }))
  while (!signal.aborted) {
    try {
      set({ ...(await readAll(client)), failure: undefined })
      await client.events(signal, (event) => {
        update((known) => applied(known, event))
        if (event._tag === "Files") {
          client.files().then(
            (files) => set({ files }),
            (error: unknown) => set({ failure: asFailure(error) })
          )
        }
      })
    } catch (error) {
      if (!signal.aborted) set({ failure: asFailure(error) })
    }
    await pause(1000)
  }
}

export const useKnown = (client: Client): Known => {
  const [known, setKnown] = useState(nothing)
  useEffect(() => {
    const controller = new AbortController()
    follow(client, controller.signal, setKnown).catch((error: unknown) =>
      setKnown((known) => ({ ...known, failure: asFailure(error) }))
    )
    return () => controller.abort()
  }, [client])
  return known
}

/** The time, which goes on while something moves. */
export const useNow = (isMoving: boolean): number => {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    setNow(Date.now())
    if (!isMoving) return undefined
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [isMoving])
  return now
}
