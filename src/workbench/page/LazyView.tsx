/** The panel View, which is loaded when it is opened: three.js is larger than all the rest. */
import type { ComponentType } from "preact"
import { useEffect, useState } from "preact/hooks"
import type { ModelFile } from "../Api.ts"
import type { Client } from "./client.ts"

interface Props {
  readonly client: Client
  readonly path?: string | undefined
  readonly files: ReadonlyArray<ModelFile>
  readonly onOpen: (path: string) => void
}

export function LazyView({ path, ...props }: Props) {
  const [View, setView] = useState<ComponentType<Props>>()
  const [isLost, setLost] = useState(false)
  useEffect(() => {
    import("./view/View.tsx").then(
      ({ View }) => setView(() => View),
      () => setLost(true)
    )
  }, [])
  if (isLost) return <p class="problem">The view cannot be loaded. Load the page again.</p>
  if (View === undefined) return <p class="quiet">Loading the view…</p>
  return path === undefined ? <View {...props} /> : <View {...props} path={path} />
}
