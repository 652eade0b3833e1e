/** A Procfile: one process a line, `name: command`. */

export type ProcfileLine = { readonly name: string; readonly command: string; readonly line: number }

export function readProcfile(text: string): readonly ProcfileLine[] {
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const [, name = '', command = ''] = /^([A-Za-z0-9_-]+):\s*(\S.*)$/.exec(raw) ?? []
    return name === '' ? [] : [{ name, command: command.trim(), line: index + 1 }]
  })
}

/** As a service may be called. */
export const serviceName = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '')
