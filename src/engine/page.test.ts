import { describe, expect, it } from 'vitest'
import { pageOf, parsePage } from './page.ts'

const keyOf = (item: string) => item

describe('pages', () => {
  it('hold 100 items unless told, also when told 0', () => {
    expect(parsePage('letters', {})).toEqual({ limit: 100, afterKey: undefined })
    expect(parsePage('letters', { limit: 0 })).toEqual({ limit: 100, afterKey: undefined })
    expect(parsePage('letters', { limit: 7 })).toEqual({ limit: 7, afterKey: undefined })
  })

  it('go on after the last item shown', () => {
    const page = pageOf('letters', 2, ['a', 'é', 'c'], keyOf)
    expect(page.items).toEqual(['a', 'é'])
    expect(parsePage('letters', { cursor: page.cursor })).toEqual({ limit: 100, afterKey: 'é' })
  })

  it('have no cursor at the end of the list', () => {
    expect(pageOf('letters', 2, ['a', 'b'], keyOf)).toEqual({ items: ['a', 'b'] })
    expect(pageOf('letters', 2, [], keyOf)).toEqual({ items: [] })
  })

  it.each(['x', '!!!!', 'bGV0dGVyczph=', 'bGV0dGVycw', ' bGV0dGVyczph'])(
    'refuse a cursor that is not theirs: %s',
    (cursor) => {
      expect(() => parsePage('letters', { cursor })).toThrow("Invalid Token: 'Invalid token'")
    },
  )

  it('refuse the cursor of another list', () => {
    const { cursor } = pageOf('digits', 1, ['1', '2'], keyOf)
    expect(() => parsePage('letters', { cursor })).toThrow('Invalid token')
  })

  it('say in AWS’s words what a limit and a cursor may be', () => {
    expect(() => parsePage('letters', { limit: 1001 })).toThrow(
      "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
    )
    const long = 'x'.repeat(1025)
    expect(() => parsePage('letters', { cursor: long })).toThrow(
      `1 validation error detected: Value '${long}' at 'nextToken' failed to satisfy constraint: Member must have length less than or equal to 1024`,
    )
    expect(() => parsePage('letters', { cursor: long }, 3096)).toThrow('Invalid token')
    expect(() => parsePage('letters', { limit: -1 })).toThrow('Member must have value greater than or equal to 0')
  })
})
