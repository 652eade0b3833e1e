import { describe, expect, it } from 'vitest'
import {
  type Actor,
  anonymousAdmin,
  can,
  type Grant,
  isWithinReach,
  reachOf,
  requirePermission,
  roles,
  ruleOf,
  type Verb,
  verbs,
} from './index.ts'

const admin: Actor = { type: 'user', id: 'tok_1', via: 'api', grants: [{ role: 'admin' }] }
const nobody: Actor = { type: 'user', id: 'tok_2', via: 'api' }
const machine: Actor = { type: 'machine', id: 'arn:execution', via: 'timer' }
const system: Actor = { type: 'system', id: 'retention', via: 'timer' }
const hook: Actor = { type: 'inbound', id: 'hook', via: 'webhook' }
const holder = (...grants: Grant[]): Actor => ({ type: 'user', id: 'tok_3', via: 'api', grants })
const all = Object.keys(verbs) as Verb[]

describe('who may do what', () => {
  it('lets admins and the system do everything but the work of an agent', () => {
    for (const actor of [admin, system, anonymousAdmin('ui')]) {
      expect(all.filter((verb) => !can(actor, verb).allowed)).toEqual(['host.work', 'host.report'])
    }
  })

  it('lets someone without a role see who they are and sign out, and hooks from outside do nothing', () => {
    expect(all.filter((verb) => can(nobody, verb).allowed)).toEqual([
      'passkey.own',
      'session.describe',
      'session.end',
      'session.own',
    ])
    expect(all.filter((verb) => can(hook, verb).allowed)).toEqual([])
  })

  it('lets an execution start and answer others, but not change what there is or who may come in', () => {
    const allowed = all.filter((verb) => can(machine, verb).allowed)
    expect(allowed).toEqual(expect.arrayContaining(['execution.start', 'execution.stop', 'task.succeed']))
    for (const verb of ['machine.create', 'machine.delete', 'token.create', 'trail.read', 'platform.stop']) {
      expect(allowed).not.toContain(verb)
    }
  })

  it("lets a host's agent work for its own host, and do nothing else", () => {
    const agent: Actor = { type: 'machine', id: 'hst_1', via: 'api' }
    expect(all.filter((verb) => can(agent, verb).allowed)).toEqual(['host.work', 'host.report'])
    expect(can(agent, 'host.work', { type: 'host', id: 'hst_1' }).allowed).toBe(true)
    expect(can(agent, 'host.work', { type: 'host', id: 'hst_2' })).toEqual({
      allowed: false,
      mayDo: 'the agent of this host',
    })
    expect(can(agent, 'host.work', { type: 'token', id: 'hst_1' }).allowed).toBe(false)
    expect(can(machine, 'host.work').allowed).toBe(false)
    expect(can({ ...admin, id: 'hst_1' }, 'host.work').allowed).toBe(false)
    expect(can({ ...system, id: 'hst_1' }, 'host.report').allowed).toBe(false)
  })

  it('lets every role see what is nobody in particular, and no role but admin decide who may what', () => {
    for (const role of roles) expect(can(holder({ role }), 'deploy.read').allowed).toBe(true)
    const others = roles.filter((role) => role !== 'admin').map((role) => holder({ role }))
    for (const verb of ['token.create', 'token.revoke', 'key.add', 'machine.update', 'host.enrol'] as const) {
      expect(others.filter((actor) => can(actor, verb).allowed)).toEqual([])
    }
    expect(can(holder({ role: 'viewer' }), 'deploy.halt').allowed).toBe(false)
    expect(can(holder({ role: 'approver' }), 'deploy.start').allowed).toBe(false)
  })

  it('admin is in every rule that has roles at all', () => {
    const without = all.filter((verb) => ruleOf(verb).roles.length > 0 && !ruleOf(verb).roles.includes('admin'))
    expect(without).toEqual([])
  })

  it('gives a role to users only', () => {
    expect(can({ ...hook, grants: [{ role: 'admin' }] }, 'execution.start').allowed).toBe(false)
    expect(can({ ...machine, grants: [{ role: 'admin' }] }, 'token.create').allowed).toBe(false)
  })
})

const shop = (config: string) => ({ type: 'place', id: `acme/shop/${config}`, place: { project: 'acme/shop', config } })

describe('a grant that is bound', () => {
  const ofProject = holder({ role: 'deployer', project: 'acme/shop' })
  const ofPlace = holder({ role: 'deployer', project: 'acme/shop', config: 'production' })

  it('holds in its place and nowhere else', () => {
    expect(can(ofProject, 'deploy.start', shop('staging')).allowed).toBe(true)
    expect(can(ofPlace, 'deploy.start', shop('production')).allowed).toBe(true)
    expect(can(ofPlace, 'deploy.start', shop('staging'))).toEqual({
      allowed: false,
      mayDo: 'users with the role deployer or admin there',
    })
    const other = { type: 'place', id: 'acme/bank/production', place: { project: 'acme/bank', config: 'production' } }
    for (const actor of [ofProject, ofPlace]) expect(can(actor, 'deploy.start', other).allowed).toBe(false)
  })

  it('is no grant for what belongs to no place', () => {
    for (const verb of ['execution.start', 'machine.list', 'trail.read', 'host.drain'] as const) {
      expect(can(holder({ role: 'admin', project: 'acme/shop' }), verb).allowed).toBe(false)
    }
    expect(can(ofPlace, 'deploy.halt', { type: 'deployment', id: 'dep_1' }).allowed).toBe(false)
  })

  it('is asked again with the thing: without one it is whether there is one anywhere', () => {
    expect(can(ofPlace, 'deploy.start').allowed).toBe(true)
    expect(can(holder({ role: 'viewer', project: 'acme/shop' }), 'deploy.start').allowed).toBe(false)
  })

  it('says of which places a list shows anything', () => {
    expect(reachOf(admin, 'deploy.read')).toBe('everywhere')
    expect(reachOf(machine, 'deploy.read')).toBe('everywhere')
    expect(reachOf(nobody, 'deploy.read')).toEqual([])
    const reach = reachOf(ofPlace, 'deploy.read')
    expect(isWithinReach(reach, { project: 'acme/shop', config: 'production' })).toBe(true)
    expect(isWithinReach(reach, { project: 'acme/shop', config: 'staging' })).toBe(false)
  })
})

describe('a refusal', () => {
  it('names who was refused what, and who may', () => {
    const refused = (): void => requirePermission(machine, 'machine.delete', { type: 'machine', id: 'arn:pay' })
    expect(refused).toThrow('machine arn:execution may not machine.delete on machine arn:pay')
    expect(refused).toThrow(
      expect.objectContaining({
        code: 'access.forbidden',
        kind: 'forbidden',
        accepted: 'users with the role admin everywhere',
      }),
    )
    expect(() => requirePermission(nobody, 'execution.start')).toThrow(
      expect.objectContaining({
        accepted: 'users with the role responder or admin everywhere, actors of type machine',
      }),
    )
  })

  it('does not befall those who may', () => {
    expect(() => requirePermission(admin, 'token.create')).not.toThrow()
  })
})
