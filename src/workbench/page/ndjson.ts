/** The lines of a stream of bytes, as soon as each is there. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  const reader = stream.getReader()
  let rest = ""
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n")
      rest = lines.pop() ?? ""
      yield* lines.filter((line) => line.trim() !== "")
    }
    if (rest.trim() !== "") yield rest
  } finally {
    // Does nothing to a stream that has ended.
    await reader.cancel()
  }
}
