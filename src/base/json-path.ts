/** JSONPath of a member, as it is written in a state machine. Pure. */
export function pathTo(parent: string, key: string | number): string {
  if (typeof key === 'number') return `${parent}[${key}]`
  return /^[A-Za-z_]\w*$/.test(key)
    ? `${parent}.${key}`
    : `${parent}['${key.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}']`
}
