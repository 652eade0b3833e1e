/** The pictures of the door: signing in and joining, people and groups, the account, approvals, and what somebody sees who may little. */
import { place } from '../deploying/site.ts'
import { approvalPages, shootApprovals } from './approval-shots.ts'
import type { Console } from './console.ts'
import { crowd, seedOwn } from './crowd.ts'
import type { Api } from './machines.ts'
import {
  accountShots,
  addedShots,
  lastPasskeyShots,
  loginShots,
  lookingShots,
  noPasskeyShots,
  nothingShots,
  passkeyShots,
  peopleShots,
  personShots,
  tokenShots,
  viewerShots,
} from './people-shots.ts'
import { isWanted, type Opening, type Shot, shootInBoth } from './shots.ts'
import { comingShots } from './sign-in-shots.ts'
import { atName, invited, joined, joinedByPasskey } from './somebody.ts'

/** A provider that nobody goes to: its button is what is looked at. */
export const signOn = {
  acme: { name: 'Acme', issuer: 'https://id.acme.example', clientId: 'holdfast', createPeople: true },
} as const

const nobody = (): never => {
  throw new Error('the name of a picture is asked for, not the picture')
}
export const doorPages: readonly string[] = [
  ...approvalPages,
  ...[
    ...[peopleShots, personShots, addedShots, accountShots, viewerShots, nothingShots].flat(),
    ...[tokenShots, passkeyShots, lastPasskeyShots, noPasskeyShots, lookingShots].flatMap((shots) => shots('')),
    ...comingShots({ invite: nobody, named: '', code: '' }),
    ...loginShots(nobody),
  ].map(({ name }) => name),
]

export async function shootDoor(console: Console, api: Api, execution: string): Promise<void> {
  if (!doorPages.some((name) => isWanted({ name }))) return
  const take = (shots: readonly Shot[], open?: Opening, state = 'ordinary'): Promise<void> =>
    shootInBoth({ console, state, shots, ...(open === undefined ? {} : { open }) })
  let windows = 0
  const signedOut: Opening = async (options) => {
    const extraHTTPHeaders = { 'x-forwarded-for': `192.0.2.${++windows}` }
    return (await console.browser.newContext({ ...options, extraHTTPHeaders })).newPage()
  }
  const named = atName(console)
  await take(peopleShots, undefined, 'empty')
  const approver = { role: 'approver', project: place.project }
  const add = (login: string, name: string, ...grants: readonly object[]) =>
    joined(console, api, { login, name, grants })
  const ken = await add('ken', 'Ken Sato', approver, { role: 'viewer' })
  const yuki = await add('yuki', 'Yuki Mori')
  const mika = await add('mika', 'Mika Tanaka', { role: 'deployer', project: place.project })
  const mei = await add('mei', 'Mei Kobayashi', { role: 'viewer' })
  const grants = [{ role: 'responder' }]
  const byPasskey = (login: string, name: string, ...names: readonly string[]) =>
    joinedByPasskey(console, api, { login, name, grants, names })
  const sho = await byPasskey('sho', 'Sho Fujita', 'MacBook Pro', 'iPhone', 'YubiKey 5C in the safe of the office')
  const rin = await byPasskey('rin', 'Rin Abe', 'Pixel 9')
  await crowd(api)

  await seedOwn(console, ken)
  const invite = (login: string) => invited(api, { login, name: 'Ayaka Ito', grants: [{ role: 'viewer' }] })
  const login = async () => (await api.call<{ readonly code: string }>('POST /v1/logins', { name: 'ken@laptop' })).code

  await take(comingShots({ invite, named, code: await invite('ayaka') }), signedOut)
  const { items } = await ken.call<{ readonly items: readonly { readonly id: string }[] }>('GET /v1/me/sessions')
  await take([...peopleShots, ...personShots, ...tokenShots(items[0]?.id ?? '')])
  await take([...accountShots, ...noPasskeyShots(named), ...loginShots(login), ...lookingShots(execution)], ken.open)
  await take(passkeyShots(named), sho.open)
  await take(lastPasskeyShots(named), rin.open)
  await take(viewerShots, mei.open)
  await take(nothingShots, yuki.open)
  await shootApprovals(console, api, { asker: mika, approver: ken, looker: mei })
  await take(addedShots)
}
