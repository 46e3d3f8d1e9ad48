/**
 * Reads the public modules from the sources: TypeScript writes their declarations, and each export is taken from those
 * with its doc comment.
 *
 * **Gotchas**
 *
 * - The base of a class stands in a constant of its own (`JobFailed_base`) where TypeScript writes a declaration. It is
 *   put where the class names it, so that a reader sees the fields.
 * - A type that a module does not import is written `import("effect/Cause").Cause`. It becomes `Cause.Cause`.
 */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { format } from "oxfmt"
import { type Node, type SourceFile, type Statement } from "typescript/unstable/ast"
import * as is from "typescript/unstable/ast/is"
import { API } from "typescript/unstable/sync"
import manifest from "../../package.json" with { type: "json" }
import { type Doc, parseDoc } from "./docComment.ts"
import { target, withBases, withNames } from "./emitted.ts"

/** One declaration of an export, as TypeScript writes it. */
export interface Declaration {
  readonly kind: "class" | "const" | "function" | "interface" | "type"
  readonly code: string
  readonly doc: Doc
  /** The file that declares it, without its ending: where the names in its code are looked up. */
  readonly file: string
}

/** What a module exports under one name: a value, a type, or both. */
export interface Export {
  readonly name: string
  readonly declarations: ReadonlyArray<Declaration>
}

export interface Module {
  readonly name: string
  /** As in `job/QueryJob`. */
  readonly file: string
  readonly doc: Doc
  readonly exports: ReadonlyArray<Export>
}

/** What the names in a file stand for: a name of another file, or all names of it. */
interface Names {
  readonly files: ReadonlyMap<string, string>
  readonly imported: ReadonlyMap<string, { readonly file: string; readonly name: string }>
}

export interface Library {
  readonly modules: ReadonlyArray<Module>
  readonly names: ReadonlyMap<string, Names>
}

const cache = path.resolve("node_modules/.cache/site")

const emit = () => {
  const project = {
    extends: path.resolve("tsconfig.json"),
    compilerOptions: {
      noEmit: false,
      noCheck: true, // `npm run check:types` does
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: path.resolve("src"),
      outDir: path.join(cache, "emitted")
    },
    include: [],
    files: [path.resolve("src/index.ts")]
  }
  fs.rmSync(cache, { recursive: true, force: true })
  fs.mkdirSync(cache, { recursive: true })
  fs.writeFileSync(path.join(cache, "tsconfig.json"), JSON.stringify(project))
  const tsc = path.resolve("node_modules/typescript/bin/tsc")
  execFileSync(process.execPath, [tsc, "-p", path.join(cache, "tsconfig.json")], { stdio: "inherit" })
}

const namesOf = (file: string, source: SourceFile, files: Map<string, string>): Names => {
  const imported = new Map<string, { readonly file: string; readonly name: string }>()
  for (const statement of source.statements) {
    if (!is.isImportDeclaration(statement) || !is.isStringLiteral(statement.moduleSpecifier)) continue
    const specifier = statement.moduleSpecifier.text
    const bindings = statement.importClause?.namedBindings
    if (!specifier.startsWith(".") || bindings === undefined) continue
    if (is.isNamespaceImport(bindings)) files.set(bindings.name.text, target(file, specifier))
    else {
      for (const { name, propertyName } of bindings.elements) {
        imported.set(name.text, { file: target(file, specifier), name: (propertyName ?? name).text })
      }
    }
  }
  return { files, imported }
}

const kindOf = (statement: Statement, code: string): Declaration["kind"] | undefined => {
  if (is.isClassDeclaration(statement)) return "class"
  if (is.isInterfaceDeclaration(statement)) return "interface"
  if (is.isTypeAliasDeclaration(statement)) return "type"
  if (is.isFunctionDeclaration(statement)) return "function"
  if (!is.isVariableStatement(statement)) return undefined
  const [declaration] = statement.declarationList.declarations
  const type = declaration?.type
  return (type !== undefined && is.isFunctionTypeNode(type)) || /^const \w+: \{\s*[<(]/.test(code)
    ? "function"
    : "const"
}

const nameOf = (statement: Statement): string => {
  const named: Node | undefined = is.isVariableStatement(statement)
    ? statement.declarationList.declarations[0]?.name
    : is.isClassDeclaration(statement) ||
        is.isInterfaceDeclaration(statement) ||
        is.isTypeAliasDeclaration(statement) ||
        is.isFunctionDeclaration(statement)
      ? statement.name
      : undefined
  return named !== undefined && is.isIdentifier(named) ? named.text : ""
}

/** The declarations of a file by name, whether exported or not. */
const declarationsOf = (file: string, source: SourceFile) => {
  const declared = new Map<string, Array<Declaration>>()
  for (const statement of source.statements) {
    const whole = source.text.slice(statement.pos, statement.end)
    const comments = [...whole.matchAll(/^\/\*\*.*?\*\//gms)]
    const comment = comments.findLast(({ index }) => /^\s*(\/\*\*.*?\*\/\s*)*$/s.test(whole.slice(0, index)))
    const start = comment === undefined ? 0 : comment.index + comment[0].length
    const code = whole
      .slice(start)
      .trim()
      .replace(/^export /, "")
      .replace(/^declare /, "")
    const kind = kindOf(statement, code)
    if (kind === undefined) continue
    const name = nameOf(statement)
    declared.set(name, [...(declared.get(name) ?? []), { kind, code, doc: parseDoc(comment?.[0] ?? ""), file }])
  }
  return declared
}

/** What a file exports, and which file declares it under which name. */
const exportsOf = (file: string, source: SourceFile) =>
  source.statements.flatMap((statement) => {
    if (is.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier } = statement
      if (exportClause === undefined || !is.isNamedExports(exportClause)) return []
      const from =
        moduleSpecifier !== undefined && is.isStringLiteral(moduleSpecifier) ? target(file, moduleSpecifier.text) : file
      return exportClause.elements.map(({ name, propertyName }) => ({
        name: name.text,
        from,
        as: (propertyName ?? name).text
      }))
    }
    const code = source.text.slice(statement.pos, statement.end)
    const name = nameOf(statement)
    return name !== "" && /^export /m.test(code) ? [{ name, from: file, as: name }] : []
  })

/** The first doc comment of a module, which stands before all it imports. TypeScript drops it from some declarations. */
const headerOf = (file: string) => {
  const [comment = ""] = /^\/\*\*.*?\*\//s.exec(fs.readFileSync(`src/${file}.ts`, "utf8")) ?? []
  return parseDoc(comment)
}

const prepare = async (files: ReadonlyArray<string>) => {
  const named = new Map<string, Map<string, string>>()
  for (const file of files) {
    const { code, files: names } = withNames(file, fs.readFileSync(path.join(cache, "emitted", `${file}.d.ts`), "utf8"))
    const formatted = await format("declarations.ts", withBases(code), {
      semi: false,
      printWidth: 90,
      trailingComma: "none"
    })
    assert.deepEqual(formatted.errors, [], file)
    const to = path.join(cache, "formatted", `${file}.ts`)
    fs.mkdirSync(path.dirname(to), { recursive: true })
    fs.writeFileSync(to, formatted.code)
    named.set(file, names)
  }
  // Without types and other files: only the syntax is read.
  const project = { compilerOptions: { noLib: true, noResolve: true, types: [] }, include: ["formatted"] }
  fs.writeFileSync(path.join(cache, "tsconfig.json"), JSON.stringify(project))
  return named
}

/** The modules that package.json exports, in its order. */
const publicModules = Object.entries(manifest.exports).flatMap(([specifier, to]) =>
  typeof to === "object" && specifier !== "."
    ? [{ name: specifier.slice(2), file: to.types.replace("./dist/", "").replace(".d.ts", "") }]
    : []
)

export const readLibrary = async (): Promise<Library> => {
  emit()
  const files = fs
    .globSync("**/*.d.ts", { cwd: path.join(cache, "emitted") })
    .map((file) => file.replaceAll("\\", "/").replace(".d.ts", ""))
  const named = await prepare(files)
  const api = new API({ cwd: process.cwd() })
  try {
    const [project] = api.updateSnapshot({ openProjects: [path.join(cache, "tsconfig.json")] }).getProjects()
    const sources = new Map(
      files.flatMap((file) => {
        const source = project?.program.getSourceFile(path.join(cache, "formatted", `${file}.ts`))
        return source === undefined ? [] : [[file, source] as const]
      })
    )
    const declared = new Map([...sources].map(([file, source]) => [file, declarationsOf(file, source)]))
    const modules = publicModules.map(({ name, file }): Module => {
      const source = sources.get(file)
      assert(source !== undefined, `TypeScript has not written ${file}`)
      const exported = new Map(exportsOf(file, source).map((one) => [one.name, one]))
      return {
        name,
        file,
        doc: headerOf(file),
        exports: [...exported.values()].map(({ name, from, as }) => {
          const declarations = declared.get(from)?.get(as) ?? []
          assert(declarations.length > 0, `${from} does not declare ${as}, which ${file} exports`)
          return { name, declarations }
        })
      }
    })
    const names = new Map(
      [...sources].map(([file, source]) => [file, namesOf(file, source, named.get(file) ?? new Map<string, string>())])
    )
    return { modules, names }
  } finally {
    api.close()
  }
}
