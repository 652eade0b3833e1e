/** People around a protected place, who ask, agree and refuse by whatever Holdfast gave them, for tests. */
import { TOTP } from 'otpauth'
import {
  type Access,
  type Actor,
  addPerson,
  authenticate,
  beginJoining,
  createOwnToken,
  type Grant,
  join,
} from '../../access/index.ts'
import { HoldfastError } from '../../base/index.ts'
import { deployRelease } from '../deployment/deploy.ts'
import { describeDeployment } from '../queries.ts'
import { admin, World } from '../world.ts'
import { protectPlace } from './protect.ts'
import type { Verdict } from './judge.ts'
import { voteOnDeployment } from './vote.ts'

export const place = { project: 'shop/web', config: 'production' }
export const hour = 3_600_000
export const deployer: Grant = { role: 'deployer', project: 'shop/web' }
export const approver: Grant = { role: 'approver', project: 'shop/web' }

/** A deployment that waits to be agreed to. */
export type Asked = { readonly id: string; readonly plan: string }

/** The place that one other has to agree for, and everybody there. */
export class Approving {
  readonly world: World
  readonly access: Access

  private constructor(world: World) {
    this.world = world
    this.access = world.access()
  }

  static async begin(world = new World()): Promise<Approving> {
    const approving = new Approving(await world.begin())
    await protectPlace(approving.world.deploys, admin, { ...place, approvals: 1 })
    return approving
  }

  /** Somebody, acting in their own name. */
  readonly person = async (login: string, ...grants: Grant[]): Promise<Actor> => {
    const { person: made } = await addPerson(this.access, admin, { login, name: login, grants })
    return { type: 'user', id: made.id, via: 'ui', grants, person: made.id }
  }

  /** Whoever holds the code takes the person's place. */
  readonly joinBy = async (code: string): Promise<void> => {
    const { totpSecret } = await beginJoining(this.access, code)
    const totp = new TOTP({ secret: totpSecret }).generate({ timestamp: this.world.clock.now() })
    await join(this.access, { code, totp, password: 'a good long passphrase' })
  }

  /** The same person by a token. */
  readonly byToken = async (actor: Actor): Promise<Actor> => {
    const { secret } = await createOwnToken(this.access, actor, { name: 'laptop', grants: [{ role: 'admin' }] })
    return authenticate(this.access, secret, 'api')
  }

  readonly asked = async (actor: Actor): Promise<Asked> => {
    await this.world.advance(1000)
    const { id } = await deployRelease(this.world.deploys, actor, this.world.sign())
    await this.world.settle()
    const { state, planHash } = this.world.deployment(id)
    if (state !== 'Approve' || planHash === null) throw new Error(`${id} does not wait: it is in ${state}`)
    return { id, plan: planHash }
  }

  readonly vote = (actor: Actor, id: string, plan: string, verdict: Verdict = 'approve'): Promise<void> =>
    voteOnDeployment(this.world.deploys, actor, { id, plan, verdict })

  readonly calls = (id: string): number =>
    this.world.rows('SELECT call_id FROM deploy_intent WHERE deployment = ?', id).length

  readonly sight = (id: string) => describeDeployment(this.world.deploys, admin, id).approval
}

/** How it ended: the code of the error, or `done`. */
export async function codeOf(act: () => unknown): Promise<unknown> {
  try {
    await act()
    return 'done'
  } catch (error) {
    return error instanceof HoldfastError ? error.code : error
  }
}
