/**
 * A pre-signed link of Tencent Cloud's object storage, as results come by: whoever
 * has it can read the file until the link expires.
 *
 * `SignedLink` holds the whole link in `href` and prints without the query, so that
 * no log, span or error grants access. `FromString` is the same as a schema of
 * strings, for storing one.
 *
 * **Gotchas**
 *
 * - `String(link)` and `JSON.stringify(link)` leave out the query. Give `link.href`
 *   to whatever fetches the file.
 * - A text that has lost its query that way is refused by `FromString`, since the
 *   link in it is dead.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

// What is printed in place of a query.
const mark = "?…"

// The query of any link in a text, in JSON inside JSON too, where a quote or `&` is escaped.
const queries = /\?[^\s"\\=?]*=(?:[^\s"\\]|\\[^"])*/g

// `q-sign-time=1775554903%3B1775641302`: start and end in Unix seconds.
const signTime = /[?&]q-sign-time=[0-9]+(?:%3B|;)([0-9]{1,12})(?:&|$)/i

/**
 * Replaces the query of each link in a text, such as JSON or a message.
 *
 * **Example** (A message with a link)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import * as SignedLink from "effect-hunyuan3d/SignedLink"
 *
 * assert.equal(
 *   SignedLink.withoutQueries("cannot fetch https://host/a.glb?q-signature=abc now"),
 *   "cannot fetch https://host/a.glb?… now"
 * )
 * ```
 *
 * @category redacting
 * @since 0.1.0
 */
export const withoutQueries = (text: string): string => text.replace(queries, mark)

/**
 * Whether a text has a link that lost its query when it was printed, and is dead.
 *
 * @category guards
 * @since 0.1.0
 */
export const hasLostQuery = (text: string): boolean => /\/[^\s"?/]*\?…/.test(text)

/**
 * Rewrites the query of each http link in a text. A user name, a password and a
 * fragment, which may hold a secret as well, are left out in any case.
 *
 * @category redacting
 * @since 0.1.0
 */
export const mapQueries = (text: string, f: (query: string) => string): string =>
  text.replace(/https?:\/\/[^\s"'<>]+/gi, (found) => {
    // A link in JSON inside JSON ends in the backslashes of an escaped quote.
    let end = found.length
    while (found[end - 1] === "\\") end -= 1
    const [, scheme = "", address = "", query] = /^(https?:\/\/)([^?#]*)(?:\?([^#]*))?/i.exec(found.slice(0, end)) ?? []
    const publicAddress = address.replace(/^[^/]*@/, "")
    return scheme + publicAddress + (query === undefined ? "" : f(query)) + found.slice(end)
  })

/**
 * Redacts each http link in a text that is to be kept, such as a recording. Host and
 * path stay, and the times from which its expiry is read.
 *
 * **Example** (A text to keep)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import * as SignedLink from "effect-hunyuan3d/SignedLink"
 *
 * assert.equal(
 *   SignedLink.redact("<Url>https://host/a.glb?q-ak=id&q-sign-time=1775554903%3B1775641302&q-signature=abc</Url>"),
 *   "<Url>https://host/a.glb?q-sign-time=1775554903%3B1775641302&redacted</Url>"
 * )
 * ```
 *
 * @category redacting
 * @since 0.1.0
 */
export const redact = (text: string): string =>
  mapQueries(text, (query) => {
    const [times] = /q-sign-time=[0-9]{1,12}(?:%3B|;)[0-9]{1,12}/i.exec(query) ?? []
    return times === undefined ? "?redacted" : `?${times}&redacted`
  })

/**
 * A link that grants access to a file.
 *
 * **Details**
 *
 * `href` is the whole link. `expiresAt` is read from its `q-sign-time`, and is
 * undefined where the link does not say when it expires.
 *
 * **Example** (A link that prints without its query)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { DateTime } from "effect"
 * import * as SignedLink from "effect-hunyuan3d/SignedLink"
 *
 * const link = SignedLink.make("https://host/a.glb?q-sign-time=1775554903%3B1775641302&q-signature=abc")
 * assert.equal(String(link), "https://host/a.glb?…")
 * assert.equal(link.expiresAt && DateTime.formatIso(link.expiresAt), "2026-04-08T09:41:42.000Z")
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export class SignedLink extends Schema.Class<SignedLink>("effect-hunyuan3d/SignedLink")({
  /** The whole link, query included. */
  href: Schema.String
}) {
  get expiresAt(): DateTime.Utc | undefined {
    const end = signTime.exec(this.href)?.[1]
    return end === undefined ? undefined : Option.getOrUndefined(DateTime.make(Number(end) * 1000))
  }
  override toString(): string {
    return this.href.replace(/[?#].*/s, mark)
  }
  toJSON(): string {
    return this.toString()
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString()
  }
}

/**
 * Makes a {@link SignedLink} from a whole link.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (href: string): SignedLink => new SignedLink({ href })

/**
 * The schema of a link that is stored as a string, with its query. A printed link,
 * which has lost its query, is refused.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FromString = Schema.String.check(
  Schema.makeFilter((text: string) => !text.endsWith(mark), {
    message: "This link has lost its query, and is dead: store a job with Schema.encodeEffect(Job), not JSON.stringify."
  })
).pipe(
  Schema.decodeTo(
    SignedLink,
    SchemaTransformation.transform({ decode: (href: string) => ({ href }), encode: ({ href }) => href })
  )
)
