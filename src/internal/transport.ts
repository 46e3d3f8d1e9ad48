/** What requests of every kind need to know of links and of transports. */
import * as Predicate from "effect/Predicate"

/** Whether a host, with its port or without, is this machine itself. */
export const isLoopback = (host: string): boolean =>
  /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?$/i.test(host)

/** Whether a request may be sent to a link: over https, or to this machine itself, and without credentials in it. */
export const isAllowed = (link: string): boolean => {
  if (!URL.canParse(link)) return false
  const { protocol, hostname, username, password } = new URL(link)
  const secure = protocol === "https:" || (protocol === "http:" && isLoopback(hostname))
  return secure && username === "" && password === ""
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

/** Whether a transport's cause says something of itself, as the doubles' causes do. */
export const says = (cause: unknown, property: "isRetryable" | "mayHaveRun", value: boolean): boolean =>
  Predicate.hasProperty(cause, property) && cause[property] === value

// What runtimes call a connection that never came about: the name has no address, nobody listens, or the two sides could
// not agree on encryption. A request is sent after that.
const codes =
  /^(?:ECONNREFUSED|ConnectionRefused|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|ERR_TLS_CERT_\w+|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT\w*|UNABLE_TO_\w+)$/

// The parts of Node in which a failure comes before any byte is sent.
const syscalls = new Set<unknown>(["connect", "getaddrinfo"])

// How Node words a connection that was closed before the two sides agreed on encryption. Its code is that of any lost one.
const unencrypted = /before secure TLS connection was established/

// How deep errors are nested: fetch wraps one, and a failure on several addresses wraps several.
const maxDepth = 5

/** Whether nothing can have been sent, because no connection came about. */
export const neverConnected = (cause: unknown, depth = 0): boolean => {
  if (!Predicate.isObject(cause) || depth > maxDepth) return false
  if (says(cause, "mayHaveRun", false)) return true
  if (Predicate.hasProperty(cause, "syscall") && syscalls.has(cause.syscall)) return true
  if (Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code) && codes.test(cause.code)) return true
  if (Predicate.hasProperty(cause, "message") && Predicate.isString(cause.message) && unencrypted.test(cause.message)) {
    return true
  }
  if (Predicate.hasProperty(cause, "errors") && Array.isArray(cause.errors) && cause.errors.length > 0) {
    return cause.errors.every((error) => neverConnected(error, depth + 1))
  }
  return Predicate.hasProperty(cause, "cause") && neverConnected(cause.cause, depth + 1)
}
