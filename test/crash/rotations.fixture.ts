/** A process that rotates the sealing keys of a folder again and again, two at once, until it is killed. A line before and after each write. */
import { writeSync } from 'node:fs'
import { rotateKeys } from '../../src/app/rotate-keys.ts'
import { admin } from '../../src/app/sealed-world.fake.ts'
import { systemClock } from '../../src/app/system-clock.ts'
import type { Store } from '../../src/store/index.ts'
import { openFolder } from './rotations.ts'

const { store, keys } = openFolder(process.argv[2] ?? '')
const write: Store['write'] = async (work) => {
  writeSync(1, '.\n')
  const answer = await store.write(work)
  writeSync(1, '.\n')
  return answer
}
const told = new Proxy(store, { get: (inner, name) => (name === 'write' ? write : Reflect.get(inner, name)) })

for (;;) {
  const rotate = () => rotateKeys({ store: told, clock: systemClock, keys }, admin)
  await Promise.all([rotate(), rotate()])
}
