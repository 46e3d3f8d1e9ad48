/** The audit at the end of a seed: a process without faults looks at what the others have left. */
import { Duration, Effect, Exit } from "effect"
import * as Hunyuan from "../../src/job/Hunyuan.ts"
import * as Journal from "../../src/job/Journal.ts"
import { fileOf } from "../../src/testing/internal/fake/models/results.ts"
import { requestOf, resumed } from "./caller.ts"
import * as lives from "./life.ts"
import { type Mutation, places, provided } from "./program.ts"
import { secrets, type World } from "./world.ts"

// A job that is about to expire may expire while it is waited for.
const lifetime = Duration.toMillis(Hunyuan.idLifetime) - Duration.toMillis("1 hour")

/** Random operation ids count as one operation. */
const groupOf = (operation: string) => (operation.startsWith("op-") ? operation : "")

/** Each job has its ticket in the journal, or an entry that says that there may be one; and no operation has too many. */
const accounted = ({ allowed, breaks, jobs }: World, entries: ReadonlyArray<Journal.Entry>) => {
  const accepted = new Set<string>(entries.flatMap(({ ticket }) => (ticket === undefined ? [] : [ticket.jobId])))
  for (const operation of new Set(jobs.map((job) => job.operation))) {
    const bought = jobs.filter((job) => job.operation === operation)
    const lost = bought.filter(({ id }) => !accepted.has(id))
    const unknown = entries.filter(
      (entry) => groupOf(entry.operation) === operation && entry.outcome._tag === "Unknown"
    )
    const name = operation || "random operations"
    if (lost.length > unknown.length) {
      breaks(
        "no job is lost",
        `${lost.map(({ id }) => id).join(", ")} of ${name}, of which ${unknown.length} are unknown`
      )
    }
    const most = allowed.get(operation) ?? 0
    if (bought.length > most) breaks("no job is bought twice", `${name} has ${bought.length} jobs, and ${most} at most`)
  }
}

/** No 21 calls of an action came within a second. */
const crowded = ({ arrivals, breaks }: World) => {
  for (const [action, times] of arrivals) {
    times.forEach((time, nth) => {
      const later = times[nth + 20]
      if (action !== "download" && later !== undefined && later - time < 1000) {
        breaks("the ceiling holds", `21 of ${action} arrived within ${later - time} ms`)
      }
    })
  }
}

/** The files that the service may have for one with this name. */
const storedFor = ({ jobs }: World, path: string) => {
  const name = path.endsWith("-glb.glb") ? "output.glb" : path.endsWith("-preview.png") ? "preview.png" : undefined
  if (name === undefined) return []
  return [...new Set(jobs.map(({ operation }) => operation))].flatMap(
    (operation) => fileOf({ kind: "Pro", request: requestOf(operation), seed: 0 }, name) ?? []
  )
}

/** What has the name of a result file is the whole file. */
const whole = (world: World) => {
  for (const [path, { bytes }] of world.disk.files) {
    const stored = storedFor(world, path)
    if (stored.length > 0 && !stored.some((file) => Buffer.from(bytes).equals(file.bytes))) {
      world.breaks("what is accepted can be had", `${path} is not what the service has: ${bytes.length} bytes`)
    }
  }
}

/** Nothing on the disk tells what must not be told. */
const told = ({ breaks, check, disk }: World) => {
  for (const [path, { bytes }] of disk.files) {
    // Models are large, and what must not be told is ASCII.
    const text = Buffer.from(bytes).toString("latin1")
    check(path, text)
    if (path.startsWith(places.journal) && text.includes(secrets.prompt)) {
      breaks("no secret is told", `${path}: ${text}`)
    }
  }
}

export const audit = Effect.fnUntraced(function* (world: World, mutation: Mutation) {
  yield* Effect.sleep("5 minutes")
  const life = lives.make("the audit", { isHealthy: true })
  const { entries } = yield* provided(
    world,
    life,
    mutation,
    Effect.gen(function* () {
      const list = Journal.Journal.use((journal) => journal.list)
      const isSending = (yield* list).entries.some(({ outcome }) => outcome._tag === "Sending")
      // Whatever clock its process had, it counts as unknown by then.
      if (isSending) yield* Effect.sleep("5 minutes")
      const listed = yield* list
      for (const { ended, ticket } of listed.entries) {
        const job = world.jobs.find(({ id }) => id === ticket?.jobId)
        const isKnown = job !== undefined && world.time.now() < job.at + lifetime
        if (ticket === undefined || ended?.status === "FAIL" || !isKnown) continue
        // A job that failed at the service is answered for as well.
        const exit = yield* Effect.exit(Effect.catchTag(resumed(world, life, ticket), "JobFailed", () => Effect.void))
        if (Exit.isFailure(exit)) world.breaks("what is accepted can be had", `${ticket.jobId}: ${String(exit.cause)}`)
      }
      return listed
    })
  )
  accounted(world, entries)
  crowded(world)
  told(world)
  whole(world)
})
