/**
 * A request as it is written in a language. Images in base64 are read from files there: they would fill the page.
 */
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import { quoted } from "../../internal/shell.ts"
import type * as Hunyuan from "../../job/Hunyuan.ts"

export type Request = Readonly<Record<string, Schema.Json>>

interface ImageFile {
  readonly name: string
  /** What the image is for. */
  readonly use: keyof typeof Hunyuan.imageLimits
  /** What stands in the request in place of the image. */
  readonly mark: string
}

export interface WithFiles {
  readonly request: Request
  readonly files: ReadonlyArray<ImageFile>
}

const uses: Readonly<Record<string, ImageFile["use"]>> = { ViewImageBase64: "view", Base64: "texture" }

/** Puts marks in place of the images. No prompt has a mark in it, since marks are made until none has. */
export const withFiles = (request: Request): WithFiles => {
  const text = JSON.stringify(request)
  let salt = 0
  while (text.includes(`@image-${salt}-`)) salt += 1
  const files: Array<ImageFile> = []
  const marked = (value: Schema.Json, field: string): Schema.Json => {
    if (Predicate.isString(value) && field.endsWith("Base64")) {
      const number = files.length + 1
      const file = {
        name: number === 1 ? "image.png" : `image-${number}.png`,
        use: uses[field] ?? "subject",
        mark: `@image-${salt}-${number}`
      }
      files.push(file)
      return file.mark
    }
    if (Array.isArray(value)) return value.map((item: Schema.Json) => marked(item, ""))
    return isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, marked(inner, name)]))
      : value
  }
  const made = marked(request, "")
  return { request: isObject(made) ? made : {}, files }
}

const isObject = (value: Schema.Json): value is { readonly [key: string]: Schema.Json } =>
  Predicate.isObject(value) && !Array.isArray(value)

// What a terminal obeys, and what changes how the text around it looks.
const unseen = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** Whether a text looks as it is. */
export const isSeen = (text: string): boolean => !/\p{Cc}/u.test(text) && text.search(unseen) === -1

/** JSON in which each character is seen. Its strings are those of JavaScript and of Python, too. */
export const json = (value: Schema.Json, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replaceAll(
    unseen,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  )

/** JSON text as a word of a shell, in which each mark is the base64 of its file. */
export const shellJson = ({ files, request }: WithFiles): string =>
  files.reduce(
    (word, { mark, name }) => word.replace(mark, () => `'"$(base64 < ${name} | tr -d '\\n')"'`),
    quoted(json(request))
  )

/** The same in JavaScript, in which each mark is an expression. */
export const script = ({ files, request }: WithFiles, expression: (name: string) => string): string =>
  files.reduce(
    (text, { mark, name }) => text.replace(JSON.stringify(mark), () => expression(name)),
    json(request, 2).replaceAll(/"([A-Za-z_$][\w$]*)":/g, (whole, name: string, at: number, all: string) =>
      isKey(all, at) ? `${keyOf(name)}:` : whole
    )
  )

// A plain key of this name would set the prototype.
const keyOf = (name: string) => (name === "__proto__" ? `["${name}"]` : name)

// A key begins its line; what is inside a string never does, since JSON has no line break in one.
const isKey = (text: string, at: number) => /^\s*$/.test(text.slice(text.lastIndexOf("\n", at) + 1, at))

/** The same in Python. */
export const python = ({ files, request }: WithFiles, expression: (name: string) => string): string => {
  const names = new Map(files.map(({ mark, name }) => [mark, name]))
  const write = (value: Schema.Json, indent: string): string => {
    if (value === null) return "None"
    if (typeof value === "boolean") return value ? "True" : "False"
    if (typeof value === "string") {
      const name = names.get(value)
      return name === undefined ? json(value) : expression(name)
    }
    if (typeof value === "number") return String(value)
    const inner = `${indent}    `
    if (Array.isArray(value)) {
      return `[\n${value.map((item: Schema.Json) => `${inner}${write(item, inner)},\n`).join("")}${indent}]`
    }
    const entries = Object.entries(value).map(([key, item]) => `${inner}${json(key)}: ${write(item, inner)},\n`)
    return `{\n${entries.join("")}${indent}}`
  }
  return write(request, "")
}
