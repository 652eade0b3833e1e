import { expect, it } from 'vitest'
import { aRoute, aTarget } from './routes.fake.ts'
import { withFormerTestimony } from './testimony.ts'

const attested = { pid: 7, at: 1, evidence: 'its host saw it' }
const address = { host: '10.0.0.2', port: 20_000 }
const vouched = aRoute('web', { targets: [aTarget('i1', { address, attested })] })

it('what was vouched for stays so when routes come again without it', () => {
  const told = aRoute('web', { targets: [aTarget('i1', { address, state: 'warm' })] })
  expect(withFormerTestimony([told], [vouched])[0]?.targets).toEqual([{ ...told.targets[0], attested }])
})

it('newer testimony counts, and none is lent to another instance, release or address', () => {
  const newer = { ...attested, pid: 8 }
  const others = [
    aTarget('i1', { address, attested: newer }),
    aTarget('i2', { address }),
    aTarget('i1', { address, release: 'another' }),
    aTarget('i1', { address: { ...address, port: 20_001 } }),
  ]
  expect(withFormerTestimony([aRoute('web', { targets: others })], [vouched])[0]?.targets).toEqual(others)
  expect(withFormerTestimony([aRoute('api', { targets: others.slice(1) })], [vouched])[0]?.targets).toEqual(
    others.slice(1),
  )
})
