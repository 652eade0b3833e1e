/** Routes on people and groups: who may sign in, and what they may do. */
import { z } from 'zod'
import {
  type AddedPerson,
  type Group,
  grantSchema,
  groupChangeSchema,
  groupSchema,
  newPersonSchema,
  type Person,
  personChangeSchema,
  personSchema,
} from '../../access/index.ts'
import { json, route } from './route.ts'
import * as schema from './schemas.ts'

const person = personSchema
  .extend({ createdAt: schema.time, joinedAt: schema.time.optional(), disabledAt: schema.time.optional() })
  .meta({ id: 'Person' })

const join = z
  .object({ code: z.string().meta({ description: 'Belongs behind `/join#`; good once.' }), expiresAt: schema.time })
  .meta({ id: 'JoinCode' })

const login = z.strictObject({ login: z.string().min(1).max(80).meta({ description: 'What they sign in as.' }) })
const groupName = z.strictObject({ name: z.string().min(1).max(63) })
const group = groupSchema.extend({ grants: z.array(grantSchema) }).meta({ id: 'Group' })

export const peopleRoutes = [
  route({
    method: 'GET',
    path: '/v1/people',
    verb: 'person.list',
    summary: 'Everybody who may sign in, by login, those who are disabled too.',
    answers: { 200: { description: 'All of them.', schema: z.object({ items: z.array(person) }) } },
    run: async ({ dependencies: { people }, actor }) => json(200, { items: (await people.list(actor)).map(personOf) }),
  }),

  route({
    method: 'POST',
    path: '/v1/people',
    verb: 'person.add',
    summary:
      'Add somebody. They join by the code that is answered: it lets them choose a passkey, or a password and an authenticator.',
    keepsAnswer: false,
    body: newPersonSchema,
    answers: { 201: { description: 'The person and their code, told this once.', schema: z.object({ person, join }) } },
    run: async ({ dependencies: { people }, actor, body }) => json(201, addedOf(await people.add(actor, body))),
  }),

  route({
    method: 'PUT',
    path: '/v1/people/:login',
    verb: 'person.change',
    summary: 'Change what somebody may do, their name, their groups, or disable them. What is left out stays.',
    params: login,
    body: personChangeSchema,
    answers: { 200: { description: 'As they are now.', schema: person } },
    run: async ({ dependencies: { people }, actor, params, body }) =>
      json(200, personOf(await people.change(actor, params.login, body))),
  }),

  route({
    method: 'POST',
    path: '/v1/people/:login/invitations',
    verb: 'person.invite',
    summary: 'Another code to join by: for whoever has lost the first one, or what they sign in with.',
    keepsAnswer: false,
    params: login,
    answers: { 201: { description: 'The code, told this once. Codes before it are over.', schema: join } },
    run: async ({ dependencies: { people }, actor, params }) =>
      json(201, codeOf(await people.invite(actor, params.login))),
  }),

  route({
    method: 'GET',
    path: '/v1/groups',
    verb: 'person.list',
    operation: 'groupList',
    summary: 'Every group with what its members may do, by name.',
    answers: { 200: { description: 'All of them.', schema: z.object({ items: z.array(group) }) } },
    run: async ({ dependencies: { people }, actor }) =>
      json(200, { items: (await people.listGroups(actor)).map(groupOf) }),
  }),

  route({
    method: 'PUT',
    path: '/v1/groups/:name',
    verb: 'group.set',
    summary: 'Make a group, or change what its members may do. Who is in it stands with the people.',
    params: groupName,
    body: groupChangeSchema,
    answers: { 200: { description: 'As it is now.', schema: group } },
    run: async ({ dependencies: { people }, actor, params: { name }, body }) =>
      json(200, groupOf(await people.setGroup(actor, name, body))),
  }),

  route({
    method: 'DELETE',
    path: '/v1/groups/:name',
    verb: 'group.remove',
    summary: 'Remove a group. Its members lose what they had by it.',
    params: groupName,
    answers: { 204: { description: 'Removed.' } },
    run: async ({ dependencies: { people }, actor, params: { name } }) => {
      await people.removeGroup(actor, name)
      return { kind: 'empty', status: 204 }
    },
    again: async () => ({ kind: 'empty', status: 204 }),
  }),
]

const personOf = ({ createdAt, joinedAt, disabledAt, ...rest }: Person): z.output<typeof person> => ({
  ...rest,
  createdAt: schema.timeOf(createdAt),
  joinedAt: schema.maybeTimeOf(joinedAt),
  disabledAt: schema.maybeTimeOf(disabledAt),
})

const groupOf = ({ name, grants, members }: Group): z.output<typeof group> => ({ name, grants, members })

const codeOf = ({ code, expiresAt }: AddedPerson['join']): z.output<typeof join> => ({
  code,
  expiresAt: schema.timeOf(expiresAt),
})

const addedOf = (added: AddedPerson) => ({ person: personOf(added.person), join: codeOf(added.join) })
