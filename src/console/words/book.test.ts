import { expect, it } from 'vitest'
import { Book } from './book.ts'

it('says what a first screen needs at once, with values, and one thing as one', () => {
  const book = new Book()
  expect(book.say('en', 'overview.needs', { count: 2 })).toBe('2 things wait for a person')
  expect(book.say('en', 'overview.needs', { count: 1 })).toBe('1 thing waits for a person')
  expect(book.say('ja', 'overview.needs', { count: 1 })).toBe('1 件が対応を待っています')
})

it('takes a value as it is, whatever it looks like', () => {
  expect(new Book().say('en', 'shell.account', { name: '{{name}} $& <b>' })).toBe('Signed in as {{name}} $& <b>')
})

it('says the words of a page once they have come', async () => {
  const book = new Book()
  expect(book.say('en', 'lock.title')).toBe('lock.title')
  await book.load(['lock', 'lock'])
  expect(book.say('en', 'lock.title')).toBe('Locks')
  expect(book.say('ja', 'lock.title')).toBe('ロック')
})
