/** What requests of every kind need to know of links and of transports. */
import * as Predicate from "effect/Predicate"

/** Whether a host, with its port or without, is this machine itself. */
export const isLoopback = (host: string): boolean =>
  /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?$/i.test(host)

/** Whether a link is one that may be asked: over https, or to this machine itself, and without credentials in it. */
export const isAllowed = (link: string): boolean => {
  if (!URL.canParse(link)) return false
  const { protocol, hostname, username, password } = new URL(link)
  return (protocol === "https:" || (protocol === "http:" && isLoopback(hostname))) && username === "" && password === ""
}

/**
 * Why a transport failed. `fetch` says only "fetch failed" and keeps the reason in
 * its cause; a failure on several addresses has only a code.
 */
export const why = (cause: unknown): string => {
  const inner = Predicate.hasProperty(cause, "cause") && cause.cause !== undefined ? cause.cause : cause
  if (Predicate.hasProperty(inner, "message") && Predicate.isString(inner.message) && inner.message !== "") {
    return inner.message
  }
  return Predicate.hasProperty(inner, "code") && Predicate.isString(inner.code) ? inner.code : ""
}
