/** Which job of a pipeline may what. Pure; what no rule names is refused. */
import { type Grant, printGrant } from '../../access/index.ts'
import type { CiRule } from './settings.ts'

export type JobClaims = Readonly<Record<string, unknown>>

/** Of all rules that fit, each grant once, with the claims that they looked at. */
export function judgeJob(rules: readonly CiRule[], claims: JobClaims) {
  const fitting = rules.filter((rule) => fits(rule, claims))
  const grants = new Map(fitting.flatMap(({ may }) => may).map((grant): [string, Grant] => [printGrant(grant), grant]))
  const names = new Set(fitting.flatMap((rule) => Object.keys(rule.claims)))
  const mattered = Object.fromEntries([...names].map((name) => [name, textOf(claims[name]) ?? '']))
  return { grants: [...grants.values()], mattered }
}

const fits = ({ claims: wanted }: CiRule, claims: JobClaims): boolean =>
  Object.entries(wanted).every(([name, patterns]) => {
    const value = Object.hasOwn(claims, name) ? textOf(claims[name]) : undefined
    return value !== undefined && [patterns].flat().some((pattern) => matches(pattern, value))
  })

/** GitLab writes `"true"` where others write true. Lists and objects fit nothing. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined
}

/** `*` is any text without "/", `**` any; the case of letters counts. Without backtracking: who chooses a branch chooses the text. */
export function matches(pattern: string, text: string): boolean {
  const parts = pattern.split(/(\*\*?)/)
  let ends = new Set([0])
  for (const part of parts) {
    const next = new Set<number>()
    for (const at of ends) for (const end of endsOf(part, text, at)) next.add(end)
    ends = next
  }
  return ends.has(text.length)
}

function endsOf(part: string, text: string, at: number): readonly number[] {
  if (part === '*' || part === '**') {
    const slash = part === '*' ? text.indexOf('/', at) : -1
    const last = slash === -1 ? text.length : slash
    return Array.from({ length: last - at + 1 }, (_, step) => at + step)
  }
  return text.startsWith(part, at) ? [at + part.length] : []
}
