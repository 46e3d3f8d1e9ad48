/** Mistakes in the time and the scope of a signature. */
import { utcDate } from "../canonical.ts"
import { mutations, show, type Case, type Mutation } from "./mutation.ts"
import { serviceOf } from "./right.ts"

const day = 86_400

/** A date that is not the UTC date of the timestamp. */
export const dateMistake = ({ captured: { seconds }, right }: Case, date: string) => {
  const isNext = [seconds - day, seconds + day].some((time) => utcDate(time) === date)
  return {
    step: "date",
    name: isNext ? "LocalDate" : "ScopeDate",
    message:
      `The date in the scope is ${show(date)}, but the timestamp ${right.timestamp} is on ${show(right.scopeDate)} in ` +
      `UTC. Use the UTC date of the timestamp${isNext ? ", wherever the program runs" : ", written as YYYY-MM-DD"}.`
  } as const
}

const dates = (the: Case): ReadonlyArray<Mutation> => {
  const { captured, right } = the
  const { authorization, seconds } = captured
  const others = new Set([
    authorization.date,
    utcDate(seconds - day) ?? "",
    utcDate(seconds + day) ?? "",
    right.scopeDate.replaceAll("-", ""),
    right.scopeDate.replaceAll("-0", "-"),
    right.scopeDate.replaceAll("-", "/"),
    utcDate(Number(captured.timestamp)) ?? ""
  ])
  others.delete(right.scopeDate)
  const mistake = (date: string) => dateMistake(the, date)
  return [
    ...Array.from(others, (date) => ({ ...mistake(date), change: { scopeDate: date, keyDate: date } })),
    ...Array.from(others, (date) => ({ ...mistake(date), change: { keyDate: date } })),
    ...Array.from(others, (date) => ({ ...mistake(date), change: { scopeDate: date } }))
  ]
}

/** A service that is not the one of the host. */
export const serviceMistake = ({ right }: Case, service: string) =>
  ({
    step: "service",
    name: "Service",
    message: `The scope names the service ${show(service)}. For the host ${show(right.host)} it is ${show(right.scopeService)}.`
  }) as const

const services = (the: Case): ReadonlyArray<Mutation> => {
  const { captured, right } = the
  const others = new Set([
    captured.authorization.service ?? serviceOf(captured),
    right.host.split(/[.:]/)[0] ?? "",
    "hunyuan",
    "ai3d",
    "127",
    "localhost",
    right.host,
    ""
  ])
  others.delete(right.scopeService)
  const mistake = (service: string) => serviceMistake(the, service)
  return [
    ...Array.from(others, (service) => ({
      ...mistake(service),
      change: { scopeService: service, keyService: service }
    })),
    ...Array.from(others, (service) => ({ ...mistake(service), change: { keyService: service } })),
    ...Array.from(others, (service) => ({ ...mistake(service), change: { scopeService: service } }))
  ]
}

/** The last part of a scope that does not end as it must. */
export const terminatorMistake = ({ right }: Case, terminator: string) =>
  ({
    step: "terminator",
    name: "Terminator",
    message: `The scope ends with ${show(terminator)}. It must end with ${show(right.terminator)}.`
  }) as const

const terminators = (the: Case): ReadonlyArray<Mutation> => {
  const { terminator } = the.captured.authorization
  return terminator === the.right.terminator
    ? []
    : mutations([terminator], () => ({ ...terminatorMistake(the, terminator), change: { terminator } }))
}

/** What `X-TC-Timestamp` says in another form than whole seconds. */
export const timestampMistake = ({ captured, right }: Case) => {
  const isLonger = captured.timestamp.length > 12 && !captured.timestamp.includes(".")
  return {
    step: "timestamp",
    name: isLonger ? "Milliseconds" : "TimestampForm",
    message: isLonger
      ? `X-TC-Timestamp is in milliseconds or smaller units. Use seconds: ${show(right.timestamp)}.`
      : `X-TC-Timestamp is ${show(captured.timestamp)}. Send whole seconds, and sign the same digits: ${show(right.timestamp)}.`
  } as const
}

const timestamps = (the: Case): ReadonlyArray<Mutation> => {
  const { captured, right } = the
  const { seconds, timestamp } = captured
  return [
    ...(timestamp === right.timestamp ? [] : [{ ...timestampMistake(the), change: { timestamp } }]),
    ...mutations([`${right.timestamp}000`, `${right.timestamp}.0`], (signed) => ({
      step: "timestamp",
      name: signed.endsWith("000") ? "Milliseconds" : "TimestampForm",
      message: `Signed with the timestamp ${show(signed)}. Sign the seconds as X-TC-Timestamp has them: ${show(right.timestamp)}.`,
      change: { timestamp: signed }
    })),
    ...mutations(
      [-2, -1, 1, 2].map((by) => String(seconds + by)),
      (signed) => ({
        step: "timestamp",
        name: "OtherTimestamp",
        message:
          `Signed at ${show(signed)}, sent with the X-TC-Timestamp ${show(right.timestamp)}. Read the clock once, and use ` +
          "the same seconds in both places.",
        change: { timestamp: signed }
      })
    )
  ]
}

export const scopeMistakes = (the: Case): ReadonlyArray<Mutation> => [
  ...dates(the),
  ...services(the),
  ...terminators(the),
  ...timestamps(the)
]
