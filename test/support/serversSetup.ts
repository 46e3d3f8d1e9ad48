/**
 * Tells which real servers and browsers are not installed, once. The suites that need them are skipped then, but not in
 * CI.
 *
 * Debian has them: `apt-get install -y redis-server postgresql chromium`.
 */
import { hasChromium } from "./browser.ts"
import { hasPostgres } from "./postgres.ts"
import { hasRedis } from "./redis.ts"

export default () => {
  const missing = [
    ...(hasRedis ? [] : ["redis-server"]),
    ...(hasPostgres ? [] : ["postgresql"]),
    ...(hasChromium ? [] : ["chromium"])
  ]
  if (missing.length === 0) return
  const what = `Not installed: ${new Intl.ListFormat("en").format(missing)}.`
  if (process.env["CI"]) throw new Error(`${what} CI must run the suites that need them.`)
  console.warn(`${what} The suites that need them are skipped.`)
}
