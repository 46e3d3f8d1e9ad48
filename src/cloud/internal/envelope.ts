/**
 * Reads what stands around every answer of API 3.0: `Response`, with either the
 * answer's fields or an `Error`.
 *
 * **Gotchas**
 *
 * - Refusals arrive with status 200 too, so the status decides nothing.
 * - An empty `Error`, or a `RequestId` that is null, is as good as none.
 * - Ten thousand levels of JSON overflow the stack where answers are compared or
 *   printed, so an answer that is nested deeper than 100 levels is malformed.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as ApiError from "../ApiError.ts"
import type * as Operation from "../Operation.ts"
import * as SignedLink from "../SignedLink.ts"

const maxLevels = 100

const isShallow = (value: unknown, levels = maxLevels): boolean =>
  !Predicate.isObjectOrArray(value) || (levels > 0 && Object.values(value).every((part) => isShallow(part, levels - 1)))

const decodeEnvelope = Schema.decodeUnknownSync(
  Schema.Struct({
    Response: Schema.StructWithRest(
      Schema.Struct({
        RequestId: Schema.optional(Schema.NullOr(Schema.String)),
        Error: Schema.optional(
          Schema.NullOr(
            Schema.Union([
              Schema.Struct({ Code: Schema.String, Message: Schema.optional(Schema.NullOr(Schema.String)) }),
              Schema.Record(Schema.String, Schema.Never)
            ])
          )
        )
      }),
      [Schema.Record(Schema.String, Schema.Unknown)]
    ).check(Schema.makeFilter((response) => isShallow(response), { expected: `at most ${maxLevels} levels` }))
  })
)

/** Why an answer is none, and the answer's request id as far as it could be read. */
export interface Failure {
  readonly reason: ApiError.Reason
  readonly requestId?: string | undefined
}

// Within a string of JSON its quotes would be escaped, so this finds the field and nothing else.
const receiptIn = (name: string) => new RegExp(`"${name}"\\s*:\\s*"?([\\w-]{1,64})`)
const numberIn = (name: string) => new RegExp(`("${name}"\\s*:\\s*)([0-9]+)(?=\\s*[,}])`)

/** A receipt that is a number has more digits than JavaScript keeps. */
const parse = (text: string, receipt: string | undefined): unknown =>
  JSON.parse(receipt === undefined ? text : text.replace(numberIn(receipt), '$1"$2"'))

/** The answer's fields, or why there are none. */
export const readAnswer = <Input extends Operation.Codec, Output extends Operation.Codec>(
  { output, receipt, safeToRepeat }: Operation.Operation<Input, Output>,
  region: string,
  { status, text }: { readonly status: number; readonly text: string }
): Result.Result<Output["Type"], Failure> =>
  Result.gen(function* () {
    const malformed =
      (requestId?: string | undefined) =>
      (cause: unknown): Failure => ({
        requestId,
        reason: new ApiError.MalformedResponse({
          status,
          description: Schema.isSchemaError(cause) ? cause.message.replaceAll(/\s+/g, " ") : "it is not JSON",
          receipt: receipt === undefined ? undefined : receiptIn(receipt).exec(text)?.[1]
        })
      })
    const { Response } = yield* Result.try({ try: () => decodeEnvelope(parse(text, receipt)), catch: malformed() })
    const { Error: refusal, RequestId, ...rest } = Response
    const requestId = RequestId ?? undefined
    if (Predicate.isNotNullish(refusal) && "Code" in refusal) {
      // The service quotes what it was sent, which may be a signed link.
      const description = SignedLink.withoutQueries(refusal.Message ?? "no message")
      const reason = ApiError.reasonFromCode({ code: refusal.Code, description, region, safeToRepeat })
      return yield* Result.fail<Failure>({ reason, requestId })
    }
    return yield* Result.try({
      try: () => Schema.decodeUnknownSync(output)(requestId === undefined ? rest : { ...rest, RequestId: requestId }),
      catch: malformed(requestId)
    })
  })

/** The request id of an answer, where the operation's output has it. */
export const requestIdOf = (answer: unknown): { readonly requestId?: string } =>
  Predicate.hasProperty(answer, "RequestId") && typeof answer.RequestId === "string"
    ? { requestId: answer.RequestId }
    : {}
