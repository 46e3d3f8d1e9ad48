/** The call by this program. What its flags do not say in a word goes as JSON. */
import type { Sample } from "../../Api.ts"
import { type Request, shell } from "../literals.ts"
import { type CallOf, defaultRegion, filesNeeded, isOther, keysNeeded, urlOf } from "./where.ts"

/** A text that the command line takes for nothing else than a prompt. */
const isPlain = (prompt: string) => /^\p{L}[^\n]* /u.test(prompt)

const rest = (request: Request) => {
  const { ImageBase64: _, Prompt, ...others } = request
  return typeof Prompt === "string" && !isPlain(Prompt) ? { Prompt, ...others } : others
}

export const program = (call: CallOf): Sample => {
  const { kind, request, where } = call
  const { ImageBase64, Prompt } = request
  const isNested = call.files.length > (ImageBase64 === undefined ? 0 : 1)
  const others = rest(request)
  const words = [
    "hunyuan3d generate",
    ...(typeof Prompt === "string" && isPlain(Prompt) ? [shell(Prompt)] : []),
    ...(kind.name === "Pro" ? [] : [`--kind ${kind.name.toLowerCase()}`]),
    ...(ImageBase64 === undefined ? [] : ["--image image.png"]),
    ...(Object.keys(others).length === 0 ? [] : [`--request ${shell(JSON.stringify(others))}`]),
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
