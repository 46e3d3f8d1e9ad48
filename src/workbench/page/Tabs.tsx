/** The tabs of the panels. Arrow keys go from one to the next. */
import { useRef } from "preact/hooks"

export const tabs = ["Generate", "Jobs", "View", "Sign", "Code", "Requests", "Look-up"] as const

export type TabName = (typeof tabs)[number]

/** By how many tabs a key goes on. */
const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1, Home: -tabs.length, End: tabs.length }

export function Tabs({ onOpen, open }: { readonly open: TabName; readonly onOpen: (tab: TabName) => void }) {
  const list = useRef<HTMLDivElement>(null)
  const move = (event: KeyboardEvent) => {
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    const at = tabs.indexOf(open) + step
    const next = Math.abs(step) === 1 ? (at + tabs.length) % tabs.length : Math.min(Math.max(at, 0), tabs.length - 1)
    onOpen(tabs[next] ?? open)
    const tab = list.current?.children[next]
    if (tab instanceof HTMLElement) tab.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label="Panels" ref={list} onKeyDown={move}>
      {tabs.map((name) => (
        <button
          type="button"
          role="tab"
          key={name}
          id={`tab-${name}`}
          aria-controls="panel"
          aria-selected={name === open}
          tabIndex={name === open ? 0 : -1}
          onClick={() => onOpen(name)}
        >
          {name}
        </button>
      ))}
    </div>
  )
}
