/** What a test can change while the fake runs, and the jobs' clock, which follows from it. */
import type { Failing, Options } from "./options.ts"

export interface Settings {
  /** By how much the jobs' clock is ahead of `Clock`, in milliseconds. */
  advancedBy: number
  timeScale: number
  failing: Failing | undefined
}

export const initialSettings = ({ failing, timeScale = 1 }: Options): Settings => ({
  advancedBy: 0,
  timeScale,
  failing
})
