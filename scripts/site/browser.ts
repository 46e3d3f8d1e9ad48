/**
 * The script of each page: the search, and what a phone needs of the two menus. Without it, all pages can be read.
 *
 * The index is a script and not JSON, since a page that was opened from a file may not fetch one. It is loaded when
 * somebody begins to search.
 */
import MiniSearch, { type AsPlainObject } from "minisearch"
import { type Entry, options } from "./searchOptions.ts"

declare global {
  var searchIndex: AsPlainObject | undefined
}

const root = document.documentElement.dataset["root"] ?? ""
const shown = 12

const loadIndex = () =>
  new Promise<MiniSearch<Entry>>((resolve, reject) => {
    const script = document.createElement("script")
    script.src = `${root}assets/index.js`
    script.addEventListener("load", () => {
      const index = globalThis.searchIndex
      if (index !== undefined) resolve(MiniSearch.loadJS<Entry>(index, options))
    })
    script.addEventListener("error", () => reject(new Error("The index of the search cannot be loaded.")))
    document.head.append(script)
  })

const element = (tag: string, className: string, text: string) => {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = text
  return made
}

const startSearch = (form: HTMLElement, input: HTMLInputElement, results: HTMLElement, status: HTMLElement) => {
  let index: Promise<MiniSearch<Entry>> | undefined
  let latest = 0
  const links = () => [...results.querySelectorAll("a")]
  const close = () => {
    results.hidden = true
    input.setAttribute("aria-expanded", "false")
  }
  const show = async () => {
    const query = input.value.trim()
    const turn = ++latest
    if (query === "") return close()
    index ??= loadIndex()
    const found = (await index).search(query)
    if (turn !== latest) return
    results.replaceChildren(
      ...found.slice(0, shown).map(({ excerpt, id, page, title }) => {
        const link = document.createElement("a")
        link.href = root + String(id)
        link.append(
          element("span", "title", String(title)),
          element("span", "page", String(page)),
          element("span", "text", String(excerpt))
        )
        const item = document.createElement("li")
        item.append(link)
        return item
      })
    )
    status.textContent = found.length === 0 ? `Nothing found for “${query}”.` : `${found.length} found`
    if (found.length === 0) results.append(element("li", "none", `Nothing found for “${query}”.`))
    results.hidden = false
    input.setAttribute("aria-expanded", "true")
  }
  input.addEventListener("input", () => void show())
  input.addEventListener("focus", () => void show())
  form.addEventListener("keydown", (event) => {
    const all = links()
    const at = all.findIndex((link) => link === document.activeElement)
    if (event.key === "Escape") {
      close()
      input.blur()
    } else if (event.key === "Enter" && document.activeElement === input) all[0]?.click()
    else if (event.key === "ArrowDown") (all[at + 1] ?? all[0])?.focus()
    else if (event.key === "ArrowUp") (at <= 0 ? input : all[at - 1])?.focus()
    else return
    event.preventDefault()
  })
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select")
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    input.focus()
    input.select()
  })
  document.addEventListener("focusin", (event) => {
    if (event.target instanceof Node && !form.contains(event.target)) close()
  })
  document.addEventListener("click", (event) => {
    if (event.target instanceof Node && (!form.contains(event.target) || results.contains(event.target))) close()
  })
  form.hidden = false
}

const form = document.querySelector<HTMLElement>("search")
const input = document.querySelector<HTMLInputElement>("#search")
const results = document.querySelector<HTMLElement>("#results")
const status = document.querySelector<HTMLElement>("#found")
if (form !== null && input !== null && results !== null && status !== null) startSearch(form, input, results, status)

// A menu that lies over the page goes when a place of the same page is chosen in it.
for (const menu of document.querySelectorAll<HTMLElement>("[popover]")) {
  menu.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("a") !== null && menu.matches(":popover-open")) {
      menu.hidePopover()
    }
  })
}

// The navigation is longer than the window: it begins where this page stands in it.
const nav = document.querySelector<HTMLElement>("#nav")
const current = nav?.querySelector<HTMLElement>("[aria-current]")
if (nav !== null && current != null) nav.scrollTop = current.offsetTop - nav.clientHeight / 2
