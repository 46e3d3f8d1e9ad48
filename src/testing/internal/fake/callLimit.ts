/** How many calls of one action pass within any second. */
export interface CallLimit {
  readonly admits: (action: string, now: number) => boolean
  readonly clear: () => void
}

/** When the calls of the last second came: those from `first` on. */
interface Recent {
  readonly times: Array<number>
  first: number
}

export const makeCallLimit = (perSecond: number): CallLimit => {
  const admitted = new Map<string, Recent>()

  const recent = (action: string, now: number): Recent => {
    const calls = admitted.get(action) ?? { times: [], first: 0 }
    admitted.set(action, calls)
    for (let time = calls.times[calls.first]; time !== undefined; time = calls.times[calls.first]) {
      // In both directions, since the clock may be set back.
      if (Math.abs(now - time) < 1000) break
      calls.first += 1
    }
    // Not at each call, since what is left has to be moved.
    if (calls.first * 2 > calls.times.length) {
      calls.times.splice(0, calls.first)
      calls.first = 0
    }
    return calls
  }

  return {
    admits: (action, now) => {
      if (perSecond === Infinity) return true
      const { first, times } = recent(action, now)
      if (times.length - first >= perSecond) return false
      times.push(now)
      return true
    },
    clear: () => admitted.clear()
  }
}
