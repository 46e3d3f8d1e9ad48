/** Words of commands, as a POSIX shell reads them. */

export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Quoted only where it has to be. */
export const word = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : quoted(text))
