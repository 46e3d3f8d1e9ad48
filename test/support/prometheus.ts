/** Reads the text format of Prometheus strictly, as its documentation defines it, and throws where a page breaks it. */

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** All samples of one metric. */
export interface Family {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly samples: ReadonlyArray<Sample>
}

const suffixes: Readonly<Record<string, ReadonlyArray<string>>> = {
  counter: [""],
  gauge: [""],
  histogram: ["_bucket", "_sum", "_count"]
}

const fail = (why: string, line: string): never => {
  throw new Error(`${why}: ${line}`)
}

const labelsOf = (text: string, line: string): Record<string, string> => {
  const labels: Record<string, string> = {}
  let rest = text
  while (rest !== "") {
    const [whole, name = "", value = ""] = /^([a-zA-Z_]\w*)="((?:[^"\\]|\\[\\"n])*)"(?:,|$)/.exec(rest) ?? []
    if (whole === undefined || name in labels) return fail("Bad labels", line)
    labels[name] = value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped))
    rest = rest.slice(whole.length)
  }
  return labels
}

const sampleOf = (line: string): Sample => {
  const [, name = "", labels = "", value = ""] =
    /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\+Inf|-Inf|NaN|-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/.exec(line) ??
    fail("Bad sample", line)
  return { name, labels: labelsOf(labels, line), value: Number(value.replace("Inf", "Infinity")) }
}

/** The buckets of a histogram count more and more, and the last one counts all. */
const checkHistogram = (family: Family) => {
  const series = new Map<string, Array<Sample>>()
  for (const sample of family.samples) {
    const { le: _, ...labels } = sample.labels
    const key = JSON.stringify(labels)
    series.set(key, [...(series.get(key) ?? []), sample])
  }
  for (const [key, samples] of series) {
    const buckets = samples.filter(({ name }) => name.endsWith("_bucket"))
    const bounds = buckets.map(({ labels }) => Number(labels["le"]?.replace("Inf", "Infinity")))
    const isGrowing = (values: ReadonlyArray<number>) =>
      values.every((value, index) => index === 0 || value >= (values[index - 1] ?? NaN))
    const count = samples.find(({ name }) => name.endsWith("_count"))?.value
    const isRight =
      isGrowing(bounds) &&
      isGrowing(buckets.map(({ value }) => value)) &&
      bounds.at(-1) === Infinity &&
      buckets.at(-1)?.value === count &&
      samples.some(({ name }) => name.endsWith("_sum"))
    if (!isRight) fail("Bad histogram", `${family.name} ${key}`)
  }
}

/** The families of a page, by name. */
export const parse = (page: string): ReadonlyMap<string, Family> => {
  if (!page.endsWith("\n")) fail("No line feed at the end", page.slice(-80))
  const families = new Map<string, Family & { readonly samples: Array<Sample> }>()
  const seen = new Set<string>()
  let help = ""
  let family: (Family & { readonly samples: Array<Sample> }) | undefined
  for (const line of page.split("\n").slice(0, -1)) {
    const [, keyword, name = "", text = ""] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.*)$/.exec(line) ?? []
    if (keyword === "HELP") {
      help = text
    } else if (keyword === "TYPE") {
      if (families.has(name) || !(text in suffixes)) fail("Bad type", line)
      family = { name, type: text, help, samples: [] }
      families.set(name, family)
      help = ""
    } else {
      const sample = sampleOf(line)
      const { labels, name } = sample
      const key = `${name} ${JSON.stringify(labels, Object.keys(labels).toSorted())}`
      const belongs =
        family !== undefined && suffixes[family.type]?.some((suffix) => name === `${family?.name}${suffix}`)
      if (!belongs || seen.has(key)) fail("A sample that stands alone, or twice", line)
      seen.add(key)
      family?.samples.push(sample)
    }
  }
  for (const each of families.values()) if (each.type === "histogram") checkHistogram(each)
  return families
}

/** What a page has, as Prometheus shows it: the names of series, each with the labels of its samples. */
export const seriesOf = (page: string): ReadonlyMap<string, ReadonlySet<string>> => {
  const series = new Map<string, Set<string>>()
  for (const { samples } of parse(page).values()) {
    for (const { labels, name } of samples) {
      series.set(name, new Set([...(series.get(name) ?? []), ...Object.keys(labels)]))
    }
  }
  return series
}
