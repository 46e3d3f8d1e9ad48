import { defineConfig } from "vitest/config"

// Tests with sockets, processes and servers, which take longer than the others, most of all on a busy machine.
const real = ["test/**/*.{socket,process,server}.test.ts"]

export default defineConfig({
  test: {
    projects: [
      // Most take milliseconds. The fake needs up to a second for a model, and on a busy machine many times that.
      { extends: true, test: { name: "unit", include: ["test/**/*.test.ts"], exclude: real, testTimeout: 60_000 } },
      // After the unit tests, so that servers and processes take no time from those.
      {
        extends: true,
        test: {
          name: "real",
          include: real,
          testTimeout: 180_000,
          sequence: { groupOrder: 1 },
          globalSetup: "test/support/serversSetup.ts"
        }
      }
    ],
    // One core less is the default, which is half of a machine with two.
    maxWorkers: "100%",
    // The files of a worker share what they import: loading Effect takes as long as the tests of a file.
    isolate: false,
    // CI takes the counts from the report.
    reporters: process.env["CI"]
      ? ["default", ["json", { outputFile: "node_modules/.cache/vitest.json" }]]
      : ["default"]
  }
})
