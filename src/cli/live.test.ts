import { describe, expect, it } from 'vitest'
import { LiveLines } from './live.ts'
import { visibleWidth } from './width.ts'

function terminal(columns: number) {
  let text = ''
  return { output: { write: (more: string) => (text += more), isTerminal: true, columns, rows: 10 }, text: () => text }
}

describe('lines that are drawn again', () => {
  it('go up exactly as many lines as were drawn, wrapped ones included', () => {
    const { output, text } = terminal(10)
    const live = new LiveLines(output)
    live.draw(['short', 'x'.repeat(25)])
    live.draw(['again'])
    live.end()
    expect(visibleWidth('x'.repeat(25))).toBe(25)
    expect(text()).toBe(`\u001b[?25l\u001b[0Jshort\n${'x'.repeat(25)}\n\u001b[4F\u001b[0Jagain\n\u001b[?25h`)
  })

  it('leave the cursor alone when nothing was drawn', () => {
    const { output, text } = terminal(10)
    new LiveLines(output).end()
    expect(text()).toBe('')
  })
})
