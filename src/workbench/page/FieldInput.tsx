/** One field of a request: its label, what it takes, its rules, and what is wrong with what was typed. */
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import type { Field } from "../Api.ts"
import type { Json } from "./client.ts"
import { viewOf, withView } from "./form.ts"

interface Props {
  readonly field: Field
  readonly value: Json | undefined
  readonly problems: ReadonlyArray<{ readonly message: string }>
  readonly onChange: (value: Json) => void
}

interface InputProps extends Props {
  readonly id: string
  readonly describedBy: string
}

const textOf = (value: Json | undefined) =>
  typeof value === "string" || typeof value === "number" ? String(value) : ""

/** In a word or two, where the field's own name would not be read. */
const labels: Readonly<Record<string, string>> = {
  ImageBase64: "Image",
  ImageUrl: "Image, as a link",
  "Image.Base64": "Image",
  "Image.Url": "Image, as a link",
  "File.Url": "Link to the 3D file",
  "File3D.Url": "Link to the 3D file",
  "File.Type": "Type of the file",
  "File3D.Type": "Type of the file",
  EnablePBR: "Enable PBR"
}

const labelOf = (path: string) => labels[path] ?? path.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")

/** The bytes of a file as base64, without what a data URL has before them. */
const base64Of = (file: File) =>
  new Promise<string>((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener("load", () =>
      resolve(typeof reader.result === "string" ? reader.result.replace(/^[^,]*,/, "") : "")
    )
    reader.addEventListener("error", () => reject(new Error("The file cannot be read.")))
    reader.readAsDataURL(file)
  })

function ImageInput({ describedBy, id, onChange, value }: Omit<InputProps, "field" | "problems">) {
  const [failure, setFailure] = useState<string>()
  const read = (file: File | undefined) => {
    setFailure(undefined)
    if (file === undefined) return
    base64Of(file).then(onChange, (error: unknown) => setFailure(String(error)))
  }
  const picture = textOf(value)
  const input = useRef<HTMLInputElement>(null)
  // An image that was taken away, or whose place a link took, is not named there any more.
  useLayoutEffect(() => {
    if (picture === "" && input.current !== null) input.current.value = ""
  }, [picture])
  return (
    <div class="image-input">
      <input
        id={id}
        ref={input}
        type="file"
        accept="image/png,image/jpeg,image/webp"
        aria-describedby={describedBy}
        onChange={({ currentTarget }) => read(currentTarget.files?.[0])}
      />
      {picture === "" ? null : (
        <>
          <img src={`data:;base64,${picture}`} alt="The chosen image" />
          <button type="button" class="small" onClick={() => onChange("")}>
            Remove
          </button>
        </>
      )}
      {failure === undefined ? null : <span class="problem">{failure}</span>}
    </div>
  )
}

/** Each view once: an image, or a link to one. */
function ViewsInput({ describedBy, field, id, onChange, value }: InputProps) {
  return (
    <div id={id} class="grid" role="group" aria-label={labelOf(field.path)} aria-describedby={describedBy}>
      {(field.values ?? []).map((name) => {
        const { ViewImageBase64, ViewImageUrl } = viewOf(value, name)
        const label = name.replace("_", " ")
        return (
          <div class="one-view" key={name}>
            <label for={`${id}-${name}`}>{label}</label>
            <ImageInput
              id={`${id}-${name}`}
              describedBy={describedBy}
              value={ViewImageBase64}
              onChange={(image) => onChange(withView(value, name, "ViewImageBase64", image))}
            />
            <input
              type="url"
              aria-label={`${label}, as a link`}
              placeholder="https://…"
              value={textOf(ViewImageUrl)}
              onInput={({ currentTarget }) => onChange(withView(value, name, "ViewImageUrl", currentTarget.value))}
            />
          </div>
        )
      })}
    </div>
  )
}

function Input(props: InputProps) {
  const { describedBy, field, id, onChange, problems, value } = props
  const common = { id, "aria-describedby": describedBy, "aria-invalid": problems.length > 0 }
  switch (field.type) {
    case "text":
      return (
        <textarea
          {...common}
          rows={field.path === "Prompt" ? 3 : 2}
          value={textOf(value)}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )
    case "image":
      return <ImageInput {...props} />
    case "boolean":
      return (
        <input
          {...common}
          type="checkbox"
          role="switch"
          checked={value === true}
          onChange={({ currentTarget }) => onChange(currentTarget.checked)}
        />
      )
    case "choice":
      return (
        <select {...common} value={textOf(value)} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
          <option value="">{field.default === undefined ? "–" : `${field.default} (default)`}</option>
          {(field.values ?? []).map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      )
    case "views":
      return <ViewsInput {...props} />
    case "number":
      return (
        <input
          {...common}
          inputMode="numeric"
          placeholder={field.default ?? ""}
          value={textOf(value)}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )
    case "link":
      return (
        <input
          {...common}
          type="url"
          placeholder="https://…"
          value={textOf(value)}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )
  }
}

export function FieldInput(props: Props) {
  const { field, problems, value } = props
  const id = `field-${field.path}`
  const rules = `${id}-rules`
  const length = typeof value === "string" ? Array.from(value).length : 0
  return (
    <div class={`field field-${field.type}`} data-invalid={problems.length > 0}>
      <label for={id}>
        {labelOf(field.path)}
        {field.required ? <span class="required"> needed</span> : null}
        {field.type === "text" && field.maxLength !== undefined ? (
          <span class="count" data-over={length > field.maxLength}>
            {length} / {field.maxLength}
          </span>
        ) : null}
      </label>
      <Input {...props} id={id} describedBy={`${rules} ${id}-problems`} />
      <p id={rules} class="quiet">
        {field.description}
      </p>
      <div id={`${id}-problems`} aria-live="polite">
        {problems.map(({ message }) => (
          <p class="problem" key={message}>
            {message}
          </p>
        ))}
      </div>
    </div>
  )
}
