/** Names as people read them out of ARNs. Pure. */

/** `machine:name`, which the API takes as well as the ARN. A child of a Map Run has only its ARN. */
export function executionIdOf(arn: string): string {
  const [, machine, name] = /:execution:([^:/]+):([^:]+)$/.exec(arn) ?? []
  return machine === undefined || name === undefined ? arn : `${machine}:${name}`
}

export const machineNameOf = (arn: string): string => arn.split(':').slice(6).join(':')
