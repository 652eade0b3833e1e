import { describe, expect, it } from 'vitest'
import { calledAs } from './called-as.ts'

describe('how the program was called', () => {
  it.each([
    ['by its path', '/app/bin/holdfast.js', { HOLDFAST_PROGRAM: 'bin/holdfast', PATH: '/usr/bin' }, 'bin/holdfast'],
    [
      'by name',
      '/app/bin/holdfast.js',
      { HOLDFAST_PROGRAM: '/opt/bin/holdfast', PATH: '/usr/bin:/opt/bin' },
      'holdfast',
    ],
    ['as a script of sh', '/app/bin/holdfast.js', { HOLDFAST_PROGRAM: 'holdfast', PATH: '/usr/bin' }, 'holdfast'],
    ['in a project', '/shop/node_modules/.bin/holdfast', { PATH: '/usr/bin' }, 'npx holdfast'],
    ['through node', '/app/bin/holdfast.js', {}, 'holdfast'],
  ])('%s', (_name, script, environment, expected) => {
    expect(calledAs(script, environment)).toBe(expected)
  })
})
