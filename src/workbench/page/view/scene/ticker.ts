/** Frames on demand: nothing runs while nothing moves. */

/** `frame` is given the seconds since the last one, and says whether another must follow. */
export const makeTicker = (frame: (seconds: number) => boolean) => {
  let handle: number | undefined
  let last: number | undefined
  const run = (now: number) => {
    // A page that was hidden comes back with a gap that nobody saw.
    const seconds = last === undefined ? 0 : Math.min((now - last) / 1000, 0.1)
    handle = undefined
    const goesOn = frame(seconds)
    last = goesOn ? now : undefined
    if (goesOn) request()
  }
  const request = () => {
    handle ??= requestAnimationFrame(run)
  }
  const stop = () => {
    if (handle !== undefined) cancelAnimationFrame(handle)
    handle = undefined
    last = undefined
  }
  return { request, stop }
}
