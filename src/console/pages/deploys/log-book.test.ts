import { expect, it } from 'vitest'
import type { LogLine } from '../../api/generated.ts'
import { LogBook, parted } from './log-book.ts'

const line = (text: string): LogLine => ({ host: 'h', instance: 'web/0', service: 'web', deployment: 'dep_1', text })

it('the newest lines are kept, as many as the page bears', () => {
  const book = new LogBook(3)
  for (const text of ['a', 'b', 'c', 'd', 'e']) book.add(line(text))
  expect(book.lines.map(({ text }) => text)).toEqual(['c', 'd', 'e'])
})

it('what was searched for stands apart, every time it is there', () => {
  expect(parted('Error: no error', 'error')).toEqual([
    { text: 'Error', isFound: true },
    { text: ': no ', isFound: false },
    { text: 'error', isFound: true },
  ])
  expect(parted('well', 'error')).toEqual([{ text: 'well', isFound: false }])
  expect(parted('well', undefined)).toEqual([{ text: 'well', isFound: false }])
})
