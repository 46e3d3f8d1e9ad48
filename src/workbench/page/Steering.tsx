/** What the fake does wrong on purpose, and how fast its clock runs. */
import { useEffect, useState } from "preact/hooks"
import type { Client, Failure, FakeClock, Fault } from "./client.ts"
import { duration } from "./format.ts"
import { failureOf, Problem } from "./ui.tsx"

const faults: ReadonlyArray<readonly [label: string, fault: Fault]> = [
  ["drops the connection", "dropped"],
  ["answers 502", "badGateway"],
  ["cuts the answer off", "truncated"],
  ["answers InternalError", { code: "InternalError" }],
  ["answers RequestLimitExceeded", { code: "RequestLimitExceeded" }],
  ["answers AuthFailure.SignatureFailure", { code: "AuthFailure.SignatureFailure" }],
  ["answers 3 s late", { slow: 3000 }]
]

const speeds = [1, 10, 60, 600]
const hour = 3_600_000

export function Steering({ client }: { readonly client: Client }) {
  const [clock, setClock] = useState<FakeClock>()
  const [said, setSaid] = useState("")
  const [error, setError] = useState<Failure>()
  useEffect(() => {
    client.fake.clock().then(setClock, () => setClock(undefined))
  }, [client])
  if (clock === undefined) return null
  const tell = (what: string, done: Promise<unknown>) => {
    setError(undefined)
    done.then(
      () => setSaid(what),
      (failure: unknown) => setError(failureOf(failure))
    )
  }
  const change = (what: string, to: { readonly advance?: number; readonly timeScale?: number }) =>
    tell(what, client.fake.setClock(to).then(setClock))
  const fail = (isOn: boolean) =>
    client.fake.failing(isOn ? { code: "FailedOperation.InnerError", message: "The workbench told it to fail." } : null)
  const button = (label: string, act: () => void) => (
    <button type="button" class="small" key={label} onClick={act}>
      {label}
    </button>
  )
  return (
    <section class="card steering" aria-label="The fake">
      <h2>The fake</h2>
      <div class="buttons" role="group" aria-label="The next request">
        <span>The next request</span>
        {faults.map(([label, fault]) =>
          button(label, () => tell(`The next request: ${label}.`, client.fake.faults(fault)))
        )}
      </div>
      <div class="buttons" role="group" aria-label="The clock of the jobs">
        <span>
          Jobs run {clock.timeScale} times faster, {duration(clock.advancedBy)} ahead
        </span>
        {speeds.map((speed) =>
          button(`× ${speed}`, () => change(`Jobs run ${speed} times faster.`, { timeScale: speed }))
        )}
        {button("1 h later", () => change("One hour went by.", { advance: hour }))}
        {button("24 h later", () => change("A day went by: ids and links expired.", { advance: 24 * hour }))}
      </div>
      <div class="buttons" role="group" aria-label="The jobs">
        <span>Jobs from now on</span>
        {button("fail", () => tell("Jobs fail from now on.", fail(true)))}
        {button("succeed", () => tell("Jobs succeed from now on.", fail(false)))}
        {button("Start the fake over", () => tell("The fake forgot everything.", client.fake.reset()))}
      </div>
      <p class="quiet" aria-live="polite">
        {said}
      </p>
      <Problem error={error} />
    </section>
  )
}
