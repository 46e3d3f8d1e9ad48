/** Colours code: TypeScript with its own scanner, and comments, texts and numbers of a few other languages. */
import { SyntaxKind } from "typescript/unstable/ast"
import { createScanner } from "typescript/unstable/ast/scanner"
import { escapeHtml } from "./html.ts"

type Style = "comment" | "keyword" | "name" | "number" | "string" | "type"

/** Where a name in code leads, such as `Job.JobId`, whose qualifier is `Job`. */
export type LinkOf = (name: string, qualifier: string | undefined) => string | undefined

interface Token {
  readonly kind: SyntaxKind
  readonly text: string
}

const styled = (style: Style | undefined, text: string) =>
  style === undefined ? escapeHtml(text) : `<span class="${style}">${escapeHtml(text)}</span>`

// After these a slash divides; after all others it begins a regular expression.
const operands = new Set([
  SyntaxKind.Identifier,
  SyntaxKind.NumericLiteral,
  SyntaxKind.StringLiteral,
  SyntaxKind.CloseParenToken,
  SyntaxKind.CloseBracketToken,
  SyntaxKind.CloseBraceToken
])

const isTrivia = (kind: SyntaxKind) => kind >= SyntaxKind.FirstTriviaToken && kind <= SyntaxKind.LastTriviaToken

const tokensOf = (code: string): ReadonlyArray<Token> => {
  const scanner = createScanner(false, undefined, code)
  const tokens: Array<Token> = []
  const braces: Array<"block" | "template"> = []
  let before: SyntaxKind | undefined
  for (let kind = scanner.scan(); kind !== SyntaxKind.EndOfFile; kind = scanner.scan()) {
    if (kind === SyntaxKind.SlashToken && (before === undefined || !operands.has(before))) {
      kind = scanner.reScanSlashToken()
    } else if (kind === SyntaxKind.OpenBraceToken) braces.push("block")
    else if (kind === SyntaxKind.TemplateHead) braces.push("template")
    else if (kind === SyntaxKind.CloseBraceToken && braces.at(-1) === "template") {
      kind = scanner.reScanTemplateToken(false)
      if (kind === SyntaxKind.TemplateTail) braces.pop()
    } else if (kind === SyntaxKind.CloseBraceToken) braces.pop()
    tokens.push({ kind, text: scanner.getTokenText() })
    if (!isTrivia(kind)) before = kind
  }
  return tokens
}

const styleOf = ({ kind, text }: Token, isProperty: boolean): Style | undefined => {
  if (kind === SyntaxKind.SingleLineCommentTrivia || kind === SyntaxKind.MultiLineCommentTrivia) return "comment"
  if (kind === SyntaxKind.NumericLiteral || kind === SyntaxKind.BigIntLiteral) return "number"
  if (
    kind === SyntaxKind.StringLiteral ||
    kind === SyntaxKind.RegularExpressionLiteral ||
    (kind >= SyntaxKind.FirstTemplateToken && kind <= SyntaxKind.LastTemplateToken)
  ) {
    return "string"
  }
  if (kind >= SyntaxKind.FirstKeyword && kind <= SyntaxKind.LastKeyword) return isProperty ? undefined : "keyword"
  return kind === SyntaxKind.Identifier && /^[A-Z]/.test(text) && !isProperty ? "type" : undefined
}

export const highlightTypeScript = (code: string, linkOf: LinkOf = () => undefined): string => {
  const tokens = tokensOf(code)
  const solid = tokens.map(({ kind }, index) => (isTrivia(kind) ? -1 : index)).filter((index) => index >= 0)
  const position = new Map(solid.map((index, place) => [index, place]))
  const near = (index: number, offset: number) => tokens[solid[(position.get(index) ?? 0) + offset] ?? -1]
  return tokens
    .map((token, index) => {
      const afterDot = near(index, -1)?.kind === SyntaxKind.DotToken
      const next = near(index, 1)
      const isKey =
        next?.kind === SyntaxKind.ColonToken ||
        (next?.kind === SyntaxKind.QuestionToken && near(index, 2)?.kind === SyntaxKind.ColonToken)
      const isProperty = !isTrivia(token.kind) && (isKey || (afterDot && /^[a-z_]/.test(token.text)))
      const html = styled(styleOf(token, isProperty), token.text)
      if (token.kind !== SyntaxKind.Identifier || isKey) return html
      const qualifier = afterDot ? near(index, -2)?.text : undefined
      const link = afterDot && qualifier === undefined ? undefined : linkOf(token.text, qualifier)
      return link === undefined ? html : `<a href="${escapeHtml(link)}">${html}</a>`
    })
    .join("")
}

const comments: Record<string, string> = {
  json: "(?!)",
  sql: "--.*",
  http: "(?!)",
  ...Object.fromEntries(
    ["sh", "bash", "yaml", "yml", "ini", "toml", "promql", "python", "py", "dockerfile"].map((language) => [
      language,
      "(?<=^|\\s)#.*"
    ])
  )
}

export const highlight = (code: string, language: string): string => {
  if (/^(ts|js|tsx|typescript|javascript)$/.test(language)) return highlightTypeScript(code)
  const comment = comments[language]
  if (comment === undefined) return escapeHtml(code)
  const token = new RegExp(
    `(${comment})|("(?:\\\\.|[^"\\\\\\n])*"|'[^'\\n]*')|((?<![\\w.-])\\d+(?:\\.\\d+)?(?![\\w.-]))`,
    "gm"
  )
  let html = ""
  let end = 0
  for (const match of code.matchAll(token)) {
    const style = match[1] !== undefined ? "comment" : match[2] !== undefined ? "string" : "number"
    html += escapeHtml(code.slice(end, match.index)) + styled(style, match[0])
    end = match.index + match[0].length
  }
  return html + escapeHtml(code.slice(end))
}
