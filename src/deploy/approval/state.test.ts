/** What stands behind the state in which a deployment waits: asked again before each call, whichever way led to it. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { haltDeployment } from '../deployment/halt.ts'
import { pauseDeployment } from '../deployment/pause.ts'
import { resumeDeployment } from '../deployment/resume.ts'
import { hashOf, type Plan } from '../plan/plan.ts'
import { admin, endWorlds, World } from '../world.ts'
import { protectPlace } from './protect.ts'
import { requireApproval } from './state.ts'

let world: World
let id: string
beforeEach(async () => {
  world = await new World().begin()
  await protectPlace(world.deploys, admin, { project: 'shop/web', config: 'production', approvals: 1 })
  ;({ id } = await world.deploy())
  await world.settle()
})
afterEach(async () => {
  await haltDeployment(world.deploys, admin, { id })
  await world.untilEnded(id)
  await endWorlds()
})

const calls = (): number => world.rows('SELECT call_id FROM deploy_intent WHERE deployment = ?', id).length

it('no call is made for a plan that nobody has approved', () => {
  const deployment = world.deployment(id)
  expect(() => requireApproval(deployment)).toThrow('the plan was not approved')
  expect(() => requireApproval({ ...deployment, approvedPlan: 'f'.repeat(64) })).toThrow('the plan was not approved')
  expect(() => requireApproval({ ...deployment, approvedPlan: deployment.planHash })).not.toThrow()
})

it('none is made for a plan under a hash of another one', () => {
  const { plan, ...deployment } = { ...world.deployment(id), approvedPlan: world.deployment(id).planHash }
  if (plan === undefined) throw new Error('it has a plan by now')
  const other: Plan = { ...plan, warmMs: plan.warmMs + 1 }
  expect(() => requireApproval({ ...deployment, plan: other })).toThrow(/somebody has changed it/)
  expect(() => requireApproval({ ...deployment, plan: other, planHash: hashOf(other) })).toThrow(/not approved/)
})

it('one whose plan and hash were changed together after others had agreed waits for them again', async () => {
  await pauseDeployment(world.deploys, admin, { id })
  await world.settle()
  const { plan, planHash } = world.deployment(id)
  if (plan === undefined) throw new Error('it has a plan by now')
  const other: Plan = { ...plan, warmMs: plan.warmMs + 1 }
  await world.store.write((tx) =>
    tx
      .prepare('UPDATE deployment SET approved_plan = ?, plan = ?, plan_hash = ? WHERE id = ?')
      .run(planHash, JSON.stringify(other), hashOf(other), id),
  )
  await resumeDeployment(world.deploys, admin, { id })
  await world.settle()
  expect({ state: world.deployment(id).state, calls: calls() }).toEqual({ state: 'Approve', calls: 0 })
})
