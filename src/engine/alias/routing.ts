/** Where an alias leads: one or two versions with weights. Pure. */
import { parseArn, parseQualifiedArn, qualifiedArn, type QualifiedMachine } from '../arn.ts'
import type { AliasRoute } from '../contract.ts'
import { invalidRouting } from '../errors.ts'

export type StoredRoute = { readonly version: number; readonly weight: number }

export type Routing = { readonly machineArn: string; readonly routes: readonly StoredRoute[] }

/** @throws HoldfastError arn.invalid, alias.routing_invalid */
export function parseRouting(routes: readonly AliasRoute[]): Routing {
  const arns = routes.map(({ versionArn }) => versionArn)
  const received = `Received: [${arns.join(', ')}]`
  const versions = arns.map(versionOf).filter((version) => version !== undefined)
  const [first] = versions
  if (first === undefined || versions.length < routes.length) {
    throw invalidRouting(`Routing configuration must contain state machine version ARNs. ${received}`)
  }
  if (new Set(arns).size < arns.length) {
    throw invalidRouting(`Routing configuration must contain distinct state machine version ARNs. ${received}`)
  }
  const { machineArn } = first
  if (versions.some((version) => version.machineArn !== machineArn)) {
    throw invalidRouting(`Routing configuration must contain versions of one state machine. ${received}`)
  }
  requireWhole(routes.map(({ weight }) => weight))
  return { machineArn, routes: versions.map(({ number }, i) => ({ version: number, weight: routes[i]?.weight ?? 0 })) }
}

function versionOf(arn: string): Extract<QualifiedMachine, { kind: 'version' }> | undefined {
  if (parseArn(arn).kind !== 'stateMachine') return undefined
  const named = parseQualifiedArn(arn)
  return named.kind === 'version' ? named : undefined
}

function requireWhole(weights: readonly number[]): void {
  if (weights.reduce((sum, weight) => sum + weight, 0) === 100) return
  throw invalidRouting(`Sum of routing configuration weights must equal 100. Received: [${weights.join(', ')}]`)
}

export const routesOf = (machineArn: string, routes: readonly StoredRoute[]): readonly AliasRoute[] =>
  routes.map(({ version, weight }) => ({ versionArn: qualifiedArn(machineArn, version), weight }))

/** The version that one start takes. Chance is drawn only where there is a choice. */
export function chooseVersion(routes: readonly StoredRoute[], random: () => number): number | undefined {
  const open = routes.filter(({ weight }) => weight > 0)
  if (open.length < 2) return open[0]?.version
  let left = random() * 100
  for (const { version, weight } of open) {
    if (left < weight) return version
    left -= weight
  }
  return open.at(-1)?.version
}
