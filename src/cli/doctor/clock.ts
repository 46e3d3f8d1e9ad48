/**
 * Whether the clock is right. A signature holds the time, and the service accepts five minutes of difference.
 *
 * Without the service it can only be seen that a clock is impossible. The `Date` of an answer says how far it is off.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Endpoint from "../../cloud/Endpoint.ts"
import { type Check, ok, problem, warning } from "./check.ts"

// When this was written, and when nobody uses it any more.
const earliest = DateTime.makeUnsafe("2026-11-01T00:00:00Z")
const latest = DateTime.makeUnsafe("2100-01-01T00:00:00Z")

const advice = "Set this machine's clock. In WSL or Docker, restart the virtual machine that keeps the time."

/** `served` is the service's time at `now`, where it is known. */
export const clock = (now: DateTime.Utc, served: DateTime.Utc | undefined): Check => {
  const time = `This machine says ${DateTime.formatIso(now)}`
  if (served !== undefined) {
    const off = Duration.millis(Math.abs(DateTime.toEpochMillis(now) - DateTime.toEpochMillis(served)))
    const difference = `${time}, the service ${DateTime.formatIso(served)}`
    if (Duration.isLessThanOrEqualTo(off, Duration.minutes(1))) return ok("clock", `${time}, as the service does`)
    return Duration.isLessThanOrEqualTo(off, Endpoint.maxSkew)
      ? warning("clock", difference, advice)
      : problem(
          "clock",
          `${difference}, which is more than ${Duration.format(Endpoint.maxSkew)} off`,
          `${advice} This program signs with the service's time, other programs do not.`
        )
  }
  return DateTime.isLessThan(now, earliest) || DateTime.isGreaterThan(now, latest)
    ? problem("clock", `${time}, which cannot be`, advice)
    : ok("clock", time)
}
