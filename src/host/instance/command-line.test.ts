import { expect, it } from 'vitest'
import { isWrapped, wordsOf } from './command-line.ts'

it.each([
  'node server.js',
  'npm start',
  "node -e 'setInterval(f, 1)'".replace('(f, 1)', ''),
  'serve --port $PORT',
  ' node x ',
])('gives the shell’s place to the single command %j', (line) => {
  expect(wordsOf(line)).toEqual(['/bin/sh', '-c', `exec ${line}`])
  expect(isWrapped(line)).toBe(false)
})

it.each([
  'cd app && node x',
  'node a; node b',
  'node a & node b',
  'node a | tee log',
  'A=1 node x',
  'exec node x',
  'if true',
  'export A=1',
  '. ./env',
  '(node x)',
  '{ node x',
  'echo `x`',
  'echo $(x)',
  'node x > log',
  'node x\nnode y',
  '# nothing',
  '"$APP" x',
  'node \\ x',
])('leaves to the shell what may be more: %j', (line) => {
  expect(wordsOf(line)).toEqual(['/bin/sh', '-c', line])
  expect(isWrapped(line)).toBe(true)
})

it('runs words as they are', () => {
  expect(wordsOf(['node', 'a b'])).toEqual(['node', 'a b'])
  expect(isWrapped(['sh', '-c', 'a; b'])).toBe(false)
})
