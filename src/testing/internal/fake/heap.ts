/**
 * A binary heap: the value with the smallest key is first, and of those with equal keys the one that came first.
 * To add one, to take the first and to take any other out costs the logarithm of how many there are.
 */
export interface Heap<A> {
  readonly size: () => number
  readonly first: () => A | undefined
  /** The key of the first; `Infinity` where there is none. */
  readonly firstKey: () => number
  readonly add: (value: A, key: number) => void
  /** Takes the value out, if it is there. */
  readonly remove: (value: A) => void
  /** Takes out all values, the first one first. */
  readonly drain: () => ReadonlyArray<A>
}

interface Entry<A> {
  readonly value: A
  readonly key: number
  readonly order: number
  at: number
}

const isBefore = <A>(a: Entry<A>, b: Entry<A>) => a.key < b.key || (a.key === b.key && a.order < b.order)

export const makeHeap = <A>(): Heap<A> => {
  const heap: Array<Entry<A>> = []
  const entries = new Map<A, Entry<A>>()
  let added = 0

  const put = (entry: Entry<A>, at: number) => {
    heap[at] = entry
    entry.at = at
  }

  /** Moves an entry to its place, from the hole at `at`. */
  const settle = (entry: Entry<A>, at: number) => {
    for (let parent = heap[(at - 1) >> 1]; at > 0 && parent && isBefore(entry, parent); parent = heap[(at - 1) >> 1]) {
      put(parent, at)
      at = (at - 1) >> 1
    }
    for (;;) {
      const left = heap[2 * at + 1]
      const right = heap[2 * at + 2]
      const child = left && right && isBefore(right, left) ? right : left
      if (child === undefined || !isBefore(child, entry)) break
      const next = child.at
      put(child, at)
      at = next
    }
    put(entry, at)
  }

  const remove = (value: A) => {
    const entry = entries.get(value)
    if (entry === undefined) return
    entries.delete(value)
    const last = heap.pop()
    if (last !== undefined && last !== entry) settle(last, entry.at)
  }

  return {
    size: () => heap.length,
    first: () => heap[0]?.value,
    firstKey: () => heap[0]?.key ?? Infinity,
    add: (value, key) => {
      const entry = { value, key, order: added++, at: heap.length }
      entries.set(value, entry)
      settle(entry, heap.length)
    },
    remove,
    drain: () => {
      const values = heap.toSorted((a, b) => (isBefore(a, b) ? -1 : 1)).map(({ value }) => value)
      heap.length = 0
      entries.clear()
      return values
    }
  }
}
