import { defineConfig } from "vitest/config"

// Tests with sockets, processes and servers, which take longer than the others, most of all on a busy machine.
const slow = ["test/**/*.{socket,process,server}.test.ts"]

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/**/*.test.ts"], exclude: slow, testTimeout: 5000, isolate: false } },
      { test: { name: "real", include: slow, testTimeout: 60_000 } }
    ],
    // CI takes the counts from the report.
    reporters: process.env["CI"]
      ? ["default", ["json", { outputFile: "node_modules/.cache/vitest.json" }]]
      : ["default"]
  }
})
