/** The permits of one process under one key: what the store granted, and what became of it. */

/** All times are nanoseconds of the monotonic clock. */
export const make = (window: bigint) => {
  // When each permit that was granted and is not yet held may be used.
  const ready: Array<bigint> = []
  let using = 0
  // When the permits that the store does not know of began to count.
  let counted: Array<bigint> = []

  return {
    /** When the next permit may be used. */
    next: () => ready[0],
    readyCount: () => ready.length,
    held: () => ready.length + using,
    granted: (times: ReadonlyArray<bigint>) => void ready.push(...times),
    /** Uses the next permit, or one of which the store knows nothing. */
    use: () => {
      ready.shift()
      using++
    },
    count: (now: bigint) => {
      using--
      counted.push(now)
    },
    /** Gives back the permits that may be used already. Only the time at which they may be used is known, not the one before. */
    giveBack: (now: bigint) => {
      const usable = ready.filter((time) => time <= now).length
      ready.splice(0, usable)
      return usable
    },
    giveUp: () => void ready.splice(0),
    /** What began to count, and still does. */
    counting: (now: bigint) => {
      counted = counted.filter((time) => time + window > now)
      return counted.length
    },
    heard: (count: number) => void counted.splice(0, count)
  }
}
