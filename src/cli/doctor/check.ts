/** What one check of `hunyuan3d doctor` says. */

/** The verdicts, from good to bad. `unsure`: it could not be found out. */
export const verdicts = ["ok", "warning", "unsure", "problem"] as const

export type Verdict = (typeof verdicts)[number]

export interface Check {
  /** Names it for scripts, so that it must not change. */
  readonly name: string
  readonly verdict: Verdict
  /** What was found. Never a secret, nor a part of one. */
  readonly found: string
  /** What to do. */
  readonly advice?: string
}

export const ok = (name: string, found: string): Check => ({ name, verdict: "ok", found })

export const warning = (name: string, found: string, advice: string): Check => ({
  name,
  verdict: "warning",
  found,
  advice
})

export const unsure = (name: string, found: string, advice: string): Check => ({
  name,
  verdict: "unsure",
  found,
  advice
})

export const problem = (name: string, found: string, advice: string): Check => ({
  name,
  verdict: "problem",
  found,
  advice
})
