/** What `Tc3.explain` answers. */

/**
 * What a sender did otherwise than the service does.
 *
 * @category explaining
 * @since 0.1.0
 */
export type MistakeName =
  // The key, and its id.
  | "MissingKey"
  | "KeyWhiteSpace"
  | "KeyQuotes"
  | "KeyByteOrderMark"
  | "KeySuffix"
  | "KeyPrefix"
  | "IdAsKey"
  | "SecretIdForm"
  | "OtherSecretId"
  // The steps from the key to the signature.
  | "KeyWithoutTC3"
  | "HexKeySteps"
  | "UpperCaseHash"
  | "UpperCaseSignature"
  // The scope and the time.
  | "LocalDate"
  | "ScopeDate"
  | "Service"
  | "Terminator"
  | "Milliseconds"
  | "TimestampForm"
  | "OtherTimestamp"
  // The canonical request.
  | "Method"
  | "Path"
  | "Query"
  | "ContentType"
  | "Host"
  | "ActionCase"
  | "HeaderValuesCase"
  | "HeaderNamesCase"
  | "HeaderOrder"
  | "HeaderNewline"
  | "HeaderSpaces"
  | "LineEnds"
  | "SignedHeaders"
  | "RequiredHeader"
  | "HeaderNotSent"
  | "BodyChanged"
  | "EmptyPayload"
  | "PayloadNotHashed"
  | "UnsignedPayload"
  | "UpperCasePayloadHash"
  // The header that carries the signature.
  | "AuthorizationForm"

/**
 * One mistake: what happened, then what to do.
 *
 * @category explaining
 * @since 0.1.0
 */
export interface Mistake {
  readonly name: MistakeName
  readonly message: string
}

/**
 * The lines of the canonical request, of the string to sign or of the scope that
 * are not what they should be, in both forms.
 *
 * @category explaining
 * @since 0.1.0
 */
export interface Difference {
  /** As the service writes them. */
  readonly expected: string
  /** As the sender signed them. */
  readonly signed: string
}

/**
 * Mistakes that together make exactly the signature that was sent.
 *
 * **Details**
 *
 * There is one as a rule, and never more than two that cannot be seen. Those that
 * the request itself shows, such as a wrong date in the scope, come in addition.
 *
 * @category explaining
 * @since 0.1.0
 */
export interface Cause {
  readonly mistakes: readonly [Mistake, ...Array<Mistake>]
  /** Missing where the texts are right, and the key or the `Authorization` header is not. */
  readonly difference?: Difference
}

/**
 * The signature is that of this request and this key.
 *
 * @category explaining
 * @since 0.1.0
 */
export interface Right {
  readonly _tag: "Right"
  readonly message: string
}

/**
 * The signature is that of a mistake.
 *
 * @category explaining
 * @since 0.1.0
 */
export interface Mistaken {
  readonly _tag: "Mistaken"
  /** One as a rule. There are more when several mistakes lead to the same signed bytes. */
  readonly causes: readonly [Cause, ...Array<Cause>]
  /** The messages of all mistakes of all causes. */
  readonly message: string
}

/**
 * No mistake that is known makes this signature, and no pair of them.
 *
 * @category explaining
 * @since 0.1.0
 */
export interface Unexplained {
  readonly _tag: "Unexplained"
  readonly message: string
}

/**
 * The request lacks what a signature is checked with, or it is in no form that can
 * be read.
 *
 * @category explaining
 * @since 0.1.0
 */
export interface Unreadable {
  readonly _tag: "Unreadable"
  /** Names of headers, such as `Authorization`. */
  readonly missing: ReadonlyArray<string>
  readonly message: string
}

/**
 * Why a service refuses a signature, as far as the request and the key tell.
 *
 * @category explaining
 * @since 0.1.0
 */
export type Explanation = Right | Mistaken | Unexplained | Unreadable
