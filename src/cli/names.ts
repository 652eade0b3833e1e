/** ARNs in the short form that people type: `machine` and `machine:execution`. */

export function shortExecution(arn: string): string {
  const [machine, name] = arn.split(':').slice(-2)
  return machine !== undefined && name !== undefined && arn.includes(':execution:') ? `${machine}:${name}` : arn
}

export const shortMachine = (arn: string): string => arn.split(':').at(-1) ?? arn

/** `flows/order.asl.json` → `order`: what a machine is called that comes from a file. */
export function machineNameOf(path: string): string {
  const file = path.split(/[\\/]/).at(-1) ?? path
  const stem = file.replace(/\.(json|[cm]?[jt]s)$/i, '').replace(/\.asl$/i, '')
  return (
    stem
      .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 80) || 'machine'
  )
}
