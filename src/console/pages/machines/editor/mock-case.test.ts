import { describe, expect, it } from 'vitest'
import type { Rehearsed } from '../../../api/generated.ts'
import { sampleDefinition } from '../samples.ts'
import {
  answeringIn,
  caseFile,
  caseToSend,
  expectationOf,
  faultyPlaces,
  freshCase,
  freshMock,
  keepCases,
  readCases,
} from './mock-case.ts'
import { dropDraft, keepDraft, readDraft } from './draft.ts'

class Store {
  readonly kept = new Map<string, string>()
  getItem(name: string): string | null {
    return this.kept.get(name) ?? null
  }
  setItem(name: string, value: string): void {
    this.kept.set(name, value)
  }
  removeItem(name: string): void {
    this.kept.delete(name)
  }
}

const answered = {
  ...freshCase('busy, then paid', '{"id":7}'),
  mocks: {
    Charge: [
      { ...freshMock, kind: 'error', error: 'BankBusy', cause: 'line down', after: '2s' },
      { ...freshMock, output: '{"receipt":"r"}' },
    ],
    Ask: [],
  },
  items: { Each: '[1,2]', Other: '' },
} as const

describe('a case of mocks', () => {
  it('is sent as a file of cases holds it', () => {
    expect(caseToSend(answered)).toEqual({
      name: 'busy, then paid',
      input: { id: 7 },
      mocks: { Charge: [{ error: 'BankBusy', cause: 'line down', after: '2s' }, { output: { receipt: 'r' } }] },
      items: { Each: [1, 2] },
    })
    expect(caseToSend({ ...freshCase('x'), mocks: { A: [{ ...freshMock, kind: 'silent', after: '1s' }] } })).toEqual({
      name: 'x',
      input: {},
      mocks: { A: [{ silent: true }] },
    })
  })

  it('tells which payloads are no JSON', () => {
    const faulty = { ...freshCase('x', '{'), mocks: { Pay: [freshMock, { ...freshMock, output: 'paid' }] } }
    expect(faultyPlaces(faulty)).toEqual(['input', 'Pay 2'])
    expect(faultyPlaces(answered)).toEqual([])
  })

  it('asks for answers of tasks wherever they stand, and of readers', () => {
    expect(answeringIn(sampleDefinition('order'))).toEqual({ tasks: ['Charge'], readers: [] })
    const reading = {
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Map',
          ItemReader: { Resource: 'arn:aws:states:::s3:getObject' },
          ItemProcessor: { StartAt: 'In', States: { In: { Type: 'Task', Resource: 'x' } } },
        },
      },
    }
    expect(answeringIn(JSON.stringify(reading))).toEqual({ tasks: ['In'], readers: ['Each'] })
    expect(answeringIn('{')).toBeUndefined()
  })

  it('is kept in the browser, and what is none is not taken for one', () => {
    const store = new Store()
    keepCases(store, 'order', [answered])
    expect(readCases(store, 'order')).toEqual([answered])
    expect(readCases(store, 'other')).toEqual([])
    store.setItem('holdfast.cases.order', '[{"name":7},null]')
    expect(readCases(store, 'order')).toEqual([])
    store.setItem('holdfast.cases.order', 'x')
    expect(readCases(store, 'order')).toEqual([])
  })

  it('goes to CI with what came of its run as what is expected', () => {
    const result: Rehearsed = {
      ...{ status: 'FAILED', error: 'NotPaid', path: ['Charge', 'Refused'], elapsedMs: 3_600_000 },
      ...{ calls: [], unanswered: [], differences: [], events: [] },
    }
    const expected = { status: 'FAILED', error: 'NotPaid', path: ['Charge', 'Refused'], takes: '3600s' }
    expect(expectationOf(result)).toEqual(expected)
    const file: unknown = JSON.parse(caseFile('./order.asl.json', [answered], new Map([[answered.name, result]])))
    expect(file).toEqual({ machine: './order.asl.json', cases: [{ ...caseToSend(answered), expect: expected }] })
  })
})

describe('a draft', () => {
  it('is there again until it is dropped', () => {
    const store = new Store()
    expect(keepDraft(store, 'order', { text: '{', base: 'r2' })).toBe(true)
    expect(readDraft(store, 'order')).toEqual({ text: '{', base: 'r2' })
    dropDraft(store, 'order')
    expect(readDraft(store, 'order')).toBeUndefined()
  })

  it('of a machine that is not there has no revision; what is none is ignored', () => {
    const store = new Store()
    keepDraft(store, 'new', { text: 'x', base: undefined })
    expect(readDraft(store, 'new')).toEqual({ text: 'x', base: undefined })
    for (const other of ['x', '7', '{"text":7}']) {
      store.setItem('holdfast.draft.new', other)
      expect(readDraft(store, 'new')).toBeUndefined()
    }
  })

  it('says when there is no room for it', () => {
    const full = {
      getItem: () => null,
      removeItem: () => undefined,
      setItem: () => {
        throw new Error('quota')
      },
    }
    expect(keepDraft(full, 'order', { text: 'x', base: 'r' })).toBe(false)
  })
})
