/** Hides secrets in texts that are shown. */

/** So many characters of a secret that follow each other are hidden wherever they stand. */
const maxShown = 5

/** Parts of a request may hold the secret, such as a body, or an id in whose place the key was set. */
export const hider = (secrets: ReadonlyArray<string>): ((text: string) => string) => {
  const size = maxShown + 1
  const windows = new Set(
    secrets.flatMap((secret) =>
      Array.from({ length: Math.max(0, secret.length - maxShown) }, (_, at) => secret.slice(at, at + size))
    )
  )
  return (text) => {
    let shown = ""
    let hiddenTo = 0
    for (let at = 0; at < text.length; at++) {
      if (windows.has(text.slice(at, at + size))) {
        if (at >= hiddenTo) shown += "…"
        hiddenTo = at + size
      }
      if (at >= hiddenTo) shown += text[at]
    }
    return shown
  }
}
