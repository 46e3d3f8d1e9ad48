/** Numbers as a person reads them. */
/** A time that went by, in milliseconds: `4.2 s`, `2 min 05 s`, `3 h 20 min`. */
export const duration = (millis: number): string => {
  const seconds = Math.max(0, millis) / 1000
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(Math.floor(seconds % 60)).padStart(2, "0")} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`
}

/** How long until then; undefined where it has passed. */
export const until = (moment: number | undefined, now: number): string | undefined =>
  moment === undefined || moment <= now ? undefined : duration(moment - now)

export const clock = (moment: number): string => new Date(moment).toLocaleTimeString("en-GB")

export const range = ({ high, low }: { readonly low: number; readonly high: number }): string =>
  low === high ? `${low}` : `${low} to ${high}`
