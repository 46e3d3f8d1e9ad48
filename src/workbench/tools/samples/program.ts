/** The call by this program. Images go by their flags, and what no flag says in a word goes as JSON. */
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import { quoted } from "../../../internal/shell.ts"
import type { Sample } from "../../Api.ts"
import { isSeen, json, type Request } from "../literals.ts"
import { type CallOf, defaultRegion, filesNeeded, isOther, keysNeeded, urlOf } from "./where.ts"

/** A text that the command line takes for nothing else than a prompt. */
const isPrompt = (value: Schema.Json): value is string =>
  Predicate.isString(value) && /^\p{L}.* /u.test(value) && isSeen(value)

/** The words for one field; none where it goes as JSON. */
const wordsOf = (name: string, value: Schema.Json, { files }: CallOf): ReadonlyArray<string> => {
  const fileOf = (mark: unknown) => files.find((file) => file.mark === mark)?.name
  if (name === "Prompt" && isPrompt(value)) return [quoted(value)]
  if (name === "ImageBase64" || name === "Image") {
    const file = fileOf(Predicate.hasProperty(value, "Base64") ? value.Base64 : value)
    return file === undefined ? [] : [`--image ${file}`]
  }
  if (name !== "MultiViewImages" || !Array.isArray(value)) return []
  const views = value.flatMap((view: unknown) => {
    if (!Predicate.hasProperty(view, "ViewType") || !Predicate.isString(view.ViewType)) return []
    const link = Predicate.hasProperty(view, "ViewImageUrl") ? view.ViewImageUrl : undefined
    const image = fileOf(Predicate.hasProperty(view, "ViewImageBase64") ? view.ViewImageBase64 : undefined)
    return Predicate.isString(link) && image === undefined
      ? [`--view ${quoted(`${view.ViewType}=${link}`)}`]
      : image !== undefined && link === undefined
        ? [`--view ${quoted(`${view.ViewType}=${image}`)}`]
        : []
  })
  return views.length === value.length ? views : []
}

export const program = (call: CallOf): Sample => {
  const { files, kind, request, where } = call
  const fields = Object.entries(request).map(([name, value]) => ({ name, value, words: wordsOf(name, value, call) }))
  const others: Request = Object.fromEntries(
    fields.filter(({ words }) => words.length === 0).map(({ name, value }) => [name, value])
  )
  const text = json(others)
  const isNested = files.some(({ mark }) => text.includes(mark))
  const words = [
    "hunyuan3d generate",
    ...fields.flatMap(({ words }) => words),
    ...(kind.name === "Pro" ? [] : [`--kind ${kind.name.toLowerCase()}`]),
    ...(Object.keys(others).length === 0 ? [] : [`--request ${quoted(text)}`]),
    ...(where.region === defaultRegion ? [] : [`--region ${where.region}`]),
    ...(isOther(where) ? [`--endpoint ${urlOf(where).origin}`] : []),
    "--out models"
  ]
  return {
    name: "program",
    title: "this program",
    language: "sh",
    needs:
      `Needs ${keysNeeded}. Add --dry-run to see the request and its price, and send nothing.` +
      filesNeeded(call) +
      (isNested ? " Put the base64 of each image in the place of its mark, or give a link." : ""),
    code: `${words.join(" \\\n  ")}\n`
  }
}
