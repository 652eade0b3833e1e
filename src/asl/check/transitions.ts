/** Where states lead: targets that must exist, states that must be reachable, a machine that must be able to end. */
import type { Report } from './report.ts'
import type { Scope, Transition } from './scope.ts'
import { text } from './scalars.ts'
import type { Check } from './visit.ts'
import { wording } from './wording.ts'

/** `Next`, `Default`: the name of a state of the same scope. Whether it exists shows when the scope has been read. */
export const target: Check = (value, place, visit) => {
  if (typeof value === 'string') visit.scope.transitions.push({ from: visit.name, to: value, place })
  else text(value, place, visit)
}

/** `StartAt`. */
export const start: Check = (value, place, visit) => {
  if (typeof value === 'string') visit.scope.start = { from: '', to: value, place }
  else text(value, place, visit)
}

/**
 * The graph of each scope, outermost first: missing targets, then unreachable states. A machine that cannot end says
 * so last, and then not also what cannot be reached in it (measured on AWS). Inner scopes may lack an end.
 */
export function checkTransitions(scope: Scope, report: Report): void {
  const all = scope.start === undefined ? scope.transitions : [scope.start, ...scope.transitions]
  for (const { to, place } of all) {
    if (!scope.states.has(to)) report.error('MISSING_TRANSITION_TARGET', wording.missingTarget(to), place)
  }
  const endless = scope.parent === undefined && !scope.faulty && !hasTerminal(scope)
  if (scope.start !== undefined && !scope.faulty && !endless) reportUnreachable(scope, scope.start, report)
  for (const child of scope.children) checkTransitions(child, report)
  if (endless) report.error('MISSING_END_STATE', wording.noTerminal)
}

const hasTerminal = (scope: Scope): boolean => scope.states.values().some((state) => state.terminal)

function reportUnreachable(scope: Scope, first: Transition, report: Report): void {
  const next = Map.groupBy(scope.transitions, ({ from }) => from)
  const reached = new Set([first.to])
  // A set hands out what is added while it is gone through: this visits every state that can be reached, once.
  for (const name of reached) for (const { to } of next.get(name) ?? []) reached.add(to)
  for (const [name, { place }] of scope.states) {
    if (!reached.has(name)) report.error('MISSING_TRANSITION_TARGET', wording.unreachable(name), place)
  }
}
