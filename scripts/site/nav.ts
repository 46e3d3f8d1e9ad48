/** Which page stands in which group of the navigation. Each page of the documentation is in one. */
export interface Group {
  readonly title: string
  readonly pages: ReadonlyArray<string>
}

const groups: ReadonlyArray<Group> = [
  {
    title: "Start",
    pages: [
      "README.md",
      "docs/start.md",
      "docs/generate.md",
      "docs/recipes.md",
      "docs/credentials.md",
      "docs/cli.md",
      "docs/workbench.md"
    ]
  },
  { title: "Use", pages: ["docs/polling.md", "docs/errors.md", "docs/durable.md", "docs/troubleshooting.md"] },
  { title: "Test", pages: ["docs/testing.md", "docs/testing-other-languages.md"] },
  {
    title: "Operate",
    pages: [
      "docs/fleet.md",
      "docs/operations.md",
      "docs/observability.md",
      "docs/performance.md",
      "examples/fleet/README.md"
    ]
  },
  {
    title: "Project",
    pages: ["CHANGELOG.md", "AGENTS.md", "docs/architecture.md", "docs/decisions.md", "CONTRIBUTING.md", "SECURITY.md"]
  }
]

/** Names in the navigation where the title of a page is too long for it, or says too little there. */
export const labels: Record<string, string> = {
  "README.md": "Overview",
  "AGENTS.md": "For machines that write code",
  "examples/fleet/README.md": "Example: a fleet"
}

/** The groups with each example that no group names, behind the pages of the first one. */
export const groupsWith = (pages: ReadonlyArray<string>): ReadonlyArray<Group> => {
  const named = new Set(groups.flatMap((group) => group.pages))
  const examples = pages.filter((page) => page.startsWith("examples/") && !named.has(page)).toSorted()
  return groups.map((group, index) => (index === 0 ? { ...group, pages: [...group.pages, ...examples] } : group))
}
