import { describe, expect, it } from 'vitest'
import { type Actor, anonymousAdmin, can, requirePermission, type Verb, verbs } from './index.ts'

const admin: Actor = { type: 'user', id: 'tok_1', via: 'api', role: 'admin' }
const nobody: Actor = { type: 'user', id: 'tok_2', via: 'api' }
const machine: Actor = { type: 'machine', id: 'arn:execution', via: 'timer' }
const system: Actor = { type: 'system', id: 'retention', via: 'timer' }
const hook: Actor = { type: 'inbound', id: 'hook', via: 'webhook' }
const all = Object.keys(verbs) as Verb[]

describe('who may do what', () => {
  it('lets admins and the system do everything but the work of an agent', () => {
    for (const actor of [admin, system, anonymousAdmin('ui')]) {
      expect(all.filter((verb) => !can(actor, verb).allowed)).toEqual(['host.work', 'host.report'])
    }
  })

  it('lets someone without a role, and hooks from outside, do nothing', () => {
    for (const actor of [nobody, hook]) expect(all.filter((verb) => can(actor, verb).allowed)).toEqual([])
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

  it('gives a role to users only', () => {
    expect(can({ ...hook, role: 'admin' }, 'execution.start').allowed).toBe(false)
    expect(can({ ...machine, role: 'admin' }, 'token.create').allowed).toBe(false)
  })
})

describe('a refusal', () => {
  it('names who was refused what, and who may', () => {
    const refused = (): void => requirePermission(machine, 'machine.delete', { type: 'machine', id: 'arn:pay' })
    expect(refused).toThrow('machine arn:execution may not machine.delete on machine arn:pay')
    expect(refused).toThrow(
      expect.objectContaining({ code: 'access.forbidden', kind: 'forbidden', accepted: 'users with the role admin' }),
    )
    expect(() => requirePermission(nobody, 'execution.start')).toThrow(
      expect.objectContaining({ accepted: 'users with the role admin, actors of type machine' }),
    )
  })

  it('does not befall those who may', () => {
    expect(() => requirePermission(admin, 'token.create')).not.toThrow()
  })
})
