/** Seconds as people read them, with one decimal place where it says something. */
export const seconds = (millis: number): string => `${Math.round(millis / 100) / 10} s`
