/** What an entry's parts say together, and which of them cannot be read. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const Fields = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Json))

const decode = Schema.decodeUnknownOption(Fields)

/** Their fields, of which those of a later part count, and how many parts are cut off or are no JSON object. */
export const merge = (
  parts: ReadonlyArray<string>
): { readonly fields: Readonly<Record<string, Schema.Json>>; readonly damaged: number } => {
  const read = parts.map((part) => decode(part)).filter(Option.isSome)
  return {
    fields: Object.fromEntries(read.flatMap((part) => Object.entries(part.value))),
    damaged: parts.length - read.length
  }
}

/** The id of an entry: a name that is also one of a file. */
export const idOf = (operation: string, attempt: number): string => `${operation}.${attempt}`

/** The operation of an id; undefined where the id is none of a journal. */
export const operationOf = (id: string): string | undefined => /^([A-Za-z0-9._-]{1,64})\.[1-9][0-9]{0,5}$/.exec(id)?.[1]
