/** Prints what an asynchronous piece of work took, and the most memory that the process has had. */
export const report = async (work: () => Promise<unknown>) => {
  const cpu = process.cpuUsage()
  const start = performance.now()
  await work()
  const time = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  const memory = process.resourceUsage().maxRSS / 1000
  console.log(JSON.stringify({ time, cpu: (user + system) / 1000, memory }))
}
