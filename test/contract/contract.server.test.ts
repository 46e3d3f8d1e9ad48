/** One contract, every transport: each program of `programs.ts` over each row of `transports.ts`. */
import { describe, it } from "@effect/vitest"
import { programs } from "./programs.ts"
import { transports } from "./transports.ts"

for (const transport of transports) {
  // Programs over sockets spend their time waiting.
  describe.concurrent(`Over ${transport.name}`, () => {
    const test = transport.isVirtual ? it.effect : it.live
    for (const program of programs) {
      if (transport.runs(program)) test(program.title, () => transport.run(program), transport.timeout)
    }
  })
}
