/** How many calls of one action pass within any second. */
export interface CallLimit {
  readonly admits: (action: string, now: number) => boolean
  readonly clear: () => void
}

export const makeCallLimit = (perSecond: number): CallLimit => {
  /** For each action, when the calls of the last second came. */
  const admitted = new Map<string, Array<number>>()
  return {
    admits: (action, now) => {
      const times = admitted.get(action) ?? []
      admitted.set(action, times)
      // In both directions, since the clock may be set back.
      while (times[0] !== undefined && Math.abs(now - times[0]) >= 1000) times.shift()
      if (times.length >= perSecond) return false
      times.push(now)
      return true
    },
    clear: () => admitted.clear()
  }
}
