/** Everything that speaks against a plan before any of it is done. Pure. */
import type { Problem } from '../deployer.ts'
import { type Ground, situationOf } from './make.ts'
import type { Plan } from './plan.ts'

/** What the target would refuse, and what can never come to its end. */
export function problemsOf(ground: Ground, plan: Plan): readonly Problem[] {
  return [...ground.deployer.check(situationOf(ground, plan), plan.needs), ...uncounted(ground, plan)]
}

/** A bake that waits for requests where nobody counts them would wait until the timeout. */
function uncounted({ deployer }: Ground, { steps, target }: Plan): readonly Problem[] {
  if (deployer.readTraffic !== undefined || steps.every(({ bake }) => bake.requests === 0)) return []
  return [
    {
      class: 'user',
      field: 'strategy.bake.requests',
      what: `the target "${target}" does not count requests`,
      command: 'leave out "requests", and let it bake for a time',
    },
  ]
}
