/** The parts of the generator of the documentation site. */
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { foldersOf, readBundled, readMetafile, renderNotices } from "../scripts/bundled.ts"
import { picturesOf } from "../scripts/legibility.ts"
import { parseDoc } from "../scripts/site/docComment.ts"
import { withBases, withNames } from "../scripts/site/emitted.ts"
import { highlight, highlightTypeScript } from "../scripts/site/highlight.ts"
import { headingsOf, makeSlugs, relative, textOf } from "../scripts/site/html.ts"
import { brokenLinks } from "../scripts/site/links.ts"
import { renderMarkdown } from "../scripts/site/markdown.ts"
import { entriesOf } from "../scripts/site/search.ts"
import { processTerm } from "../scripts/site/searchOptions.ts"

const markdown = (source: string) =>
  renderMarkdown(source, { link: (href) => (href === "gone.ts" ? undefined : href), codeLink: () => undefined })

describe("a doc comment", () => {
  it("gives its sentences, its category and its version", () => {
    const doc = parseDoc("/**\n * What it is.\n *\n * - A point.\n *\n * @category layers\n * @since 0.1.0\n */")
    assert.deepEqual(doc, { text: "What it is.\n\n- A point.", category: "layers", since: "0.1.0" })
  })

  it("keeps an at sign that begins a line of code", () => {
    const doc = parseDoc("/**\n * ```ts\n * @decorated\n * ```\n *\n * @since 0.1.0\n */")
    assert.strictEqual(doc.text, "```ts\n@decorated\n```")
  })
})

describe("a declaration that TypeScript wrote", () => {
  it("shows the base of a class where the class names it", () => {
    const code =
      "declare const A_base: S.Class<A, {\n    readonly a: S.Int;\n}>;\nexport declare class A extends A_base {\n}\n"
    assert.strictEqual(
      withBases(code),
      "export declare class A extends S.Class<A, {\n    readonly a: S.Int;\n}> {\n}\n"
    )
  })

  it("names a type of another module as an import would", () => {
    const { code, files } = withNames("job/A", 'import("effect/Cause").Cause | import("../cloud/B.ts").B')
    assert.strictEqual(code, "Cause.Cause | B.B")
    assert.deepEqual([...files], [["B", "cloud/B"]])
  })
})

describe("Markdown", () => {
  it("has an anchor at each heading, as GitHub names it", () => {
    const html = markdown("# A `Fake.layer`, twice\n\n# A `Fake.layer`, twice\n")
    assert.deepEqual(
      headingsOf(html).map(({ id }) => id),
      ["a-fakelayer-twice", "a-fakelayer-twice-1"]
    )
  })

  it("keeps the text of a link that leads nowhere in the site", () => {
    assert.strictEqual(markdown("See [`the file`](gone.ts)."), "<p>See <code>the file</code>.</p>\n")
  })

  it("escapes what is code", () => {
    assert.include(markdown('`a<b>&"`'), "<code>a&lt;b&gt;&amp;&quot;</code>")
    assert.include(markdown("```\n<script>\n```"), "&lt;script&gt;")
  })
})

describe("a flowchart", () => {
  const texts = (code: string) =>
    [...markdown(`\`\`\`mermaid\n${code}\n\`\`\`\n`).matchAll(/<li>(.*?)<\/li>/g)].map(([, row = ""]) => textOf(row))

  it("is rows of boxes, and an arrow that leads elsewhere than to the next row is named", () => {
    const code = 'flowchart TB\n  a["First<br/>of all"] --> b["Second"]\n  b --> c["Third"]\n  c --> a'
    assert.deepEqual(texts(code), ["Firstof all", "Second", "Third→ First"])
  })

  it("of another sort stays as it is written", () => {
    assert.deepEqual(texts("sequenceDiagram\n  a->>b: x"), [])
  })
})

describe("coloured code", () => {
  const code = "const a = `x${{ b: /[`}]/ }.b}y` // said\nexport type T = Job.JobId"

  it("is the same text", () => {
    for (const [source, language] of [
      [code, "ts"],
      ['curl "https://x.example/#a" # a comment\n', "sh"],
      ['{ "a": [1, "b"] }', "json"],
      ["anything <at all>", ""]
    ] as const) {
      assert.strictEqual(textOf(highlight(source, language)), source)
    }
  })

  it("links the names of types, and not the names of fields", () => {
    const html = highlightTypeScript("{ Job: Job.JobId }", (name, qualifier) => `#${qualifier ?? ""}.${name}`)
    assert.deepEqual(
      [...html.matchAll(/href="([^"]+)"/g)].map(([, link]) => link),
      ["#.Job", "#Job.JobId"]
    )
  })
})

describe("the check of links", () => {
  const pages = new Map([
    ["index.html", '<h1 id="top">x</h1><a href="docs/a.html#part">a</a><a href="#top">b</a><img src="docs/a.png">'],
    ["docs/a.html", '<h2 id="part">x</h2><a href="../index.html#gone">a</a><a href="b.html">b</a>']
  ])

  it("finds a page, a place and a file that are not there", () => {
    assert.deepEqual(brokenLinks(pages, new Set()), [
      "index.html: nothing at docs/a.png",
      "docs/a.html: no place for ../index.html#gone",
      "docs/a.html: nothing at b.html"
    ])
  })

  it("leaves links to other sites alone", () => {
    assert.deepEqual(brokenLinks(new Map([["a.html", '<a href="https://x.example/#y">x</a>']]), new Set()), [])
  })
})

describe("the search", () => {
  it("has an entry for each section, with the title of its page", () => {
    const html = markdown("# Page\n\nFirst.\n\n## Part\n\nSecond `code`.\n")
    assert.deepEqual(
      entriesOf("docs/page.html", "Page", html).map(({ id, page, text, title }) => ({ id, page, text, title })),
      [
        { id: "docs/page.html", page: "", text: "First.", title: "Page" },
        { id: "docs/page.html#part", page: "Page", text: "Second code.", title: "Part" }
      ]
    )
  })

  it("finds a name from the beginning of each of its parts", () => {
    assert.deepEqual(processTerm("layerFreshConnections"), ["layerfreshconnections", "freshconnections", "connections"])
  })
})

describe("addresses in the site", () => {
  it("lead from one page to another", () => {
    assert.strictEqual(relative("docs/a.html", "docs/b.html"), "b.html")
    assert.strictEqual(relative("examples/fleet/index.html", "api/Job.html"), "../../api/Job.html")
  })

  it("give headings of the same text places of their own", () => {
    const slug = makeSlugs()
    assert.deepEqual([slug("When?"), slug("When")], ["when", "when-1"])
  })
})

describe("the notices", () => {
  const folder = (files: Record<string, string>) => {
    const made = fs.mkdtempSync(path.join(os.tmpdir(), "notices-"))
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(made, name), text)
    return made
  }

  it("are of the packages that gave a byte to a bundle", () => {
    const metafile = {
      outputs: {
        "a.js": {
          inputs: {
            "src/a.ts": { bytesInOutput: 5 },
            "node_modules/@a/b/c.js": { bytesInOutput: 5 },
            "node_modules/unused/c.js": { bytesInOutput: 0 },
            "node_modules/d/node_modules/e/c.js": { bytesInOutput: 5 }
          }
        }
      }
    }
    assert.deepEqual(foldersOf(readMetafile(JSON.stringify(metafile))), [
      "node_modules/@a/b",
      "node_modules/d/node_modules/e"
    ])
  })

  it("name each package with the text of its licence", () => {
    const made = folder({ "package.json": '{"name":"a","version":"1.2.3"}', "LICENSE.md": "Be kind.\n" })
    assert.include(renderNotices([readBundled(made)]), "## a 1.2.3\n\n    Be kind.\n")
  })

  it("fail for a package without a licence", () => {
    const made = folder({ "package.json": '{"name":"a","version":"1.2.3"}', NOTICE: "Hello." })
    assert.throws(() => readBundled(made), /a is bundled and its folder has no licence/)
  })
})

it("a page's pictures are those of its Markdown and of its HTML, and not those of its code", () => {
  const page = '![One](a.svg)\n<picture><source srcset="b.png"><img src="c.png"></picture>\n```md\n![No](d.png)\n```\n'
  assert.deepEqual(picturesOf(page), ["a.svg", "b.png", "c.png"])
})
