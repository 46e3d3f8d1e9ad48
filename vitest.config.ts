import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // For the tests that start processes, on a busy machine.
    testTimeout: 30_000,
    // CI takes the counts from the report.
    reporters: process.env["CI"]
      ? ["default", ["json", { outputFile: "node_modules/.cache/vitest.json" }]]
      : ["default"]
  }
})
