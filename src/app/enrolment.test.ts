import { expect, it } from 'vitest'
import { agentFolderOf, dataFoldersOf } from './enrolment.ts'

it('closes the data folder around an agent to the secrets of releases, and the one of its control plane', () => {
  const agent = agentFolderOf('/srv/data')
  expect(dataFoldersOf(agent)).toEqual(['/srv/data'])
  const enrolment = { token: 'hf_x', controlPlane: { dataFolder: '/srv/plane' } }
  expect(dataFoldersOf(agent, enrolment)).toEqual(['/srv/data', '/srv/plane'])
  expect(dataFoldersOf(agent, { ...enrolment, controlPlane: { url: 'https://plane.example' } })).toEqual(['/srv/data'])
  expect(dataFoldersOf('/tmp/of-a-test', enrolment)).toEqual(['/srv/plane'])
})
