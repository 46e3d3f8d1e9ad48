import { existsSync, readFileSync } from "node:fs"

/** In megabytes. What Node tells is on Linux never less than what its parent process had, so the kernel is asked. */
const peakMemory = () => {
  const status = "/proc/self/status"
  const kibibytes = existsSync(status) ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, "utf8"))?.[1] : undefined
  return (Number(kibibytes ?? process.resourceUsage().maxRSS) * 1024) / 1_000_000
}

/** Prints what an asynchronous piece of work took, and the most memory that the process has had. */
export const report = async (work: () => Promise<unknown>) => {
  const cpu = process.cpuUsage()
  const start = performance.now()
  await work()
  const time = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  console.log(JSON.stringify({ time, cpu: (user + system) / 1000, memory: peakMemory() }))
}
