/**
 * The service's time in seconds, as the message of `AuthFailure.SignatureExpire` names it. The message may name the
 * timestamp that was sent, too.
 */
export const serviceTimeIn = (message: string, timestamp: number): number | undefined =>
  message
    .match(/\b[0-9]{10}\b/g)
    ?.map(Number)
    .findLast((seconds) => seconds !== timestamp)
