/** From where to where a text is not as another one. */
export const differing = (text: string, other: string) => {
  const shorter = Math.min(text.length, other.length)
  let from = 0
  while (from < shorter && text[from] === other[from]) from++
  let after = 0
  while (after < shorter - from && text.at(-1 - after) === other.at(-1 - after)) after++
  return { from, to: text.length - after }
}
