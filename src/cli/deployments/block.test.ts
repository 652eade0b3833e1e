import { describe, expect, it } from 'vitest'
import { paintFor } from '../paint.ts'
import { visibleWidth } from '../width.ts'
import { blockOf, type BlockOptions } from './block.ts'
import { baking, began, deployed, described, failed, plan } from './deployment.fixture.ts'

const paint = paintFor({ write: () => undefined, isTerminal: false, columns: 80, rows: 30 }, {})
const options: BlockOptions = { paint, now: began + 17_000, width: 79, height: 30 }
const block = (wire: Readonly<Record<string, unknown>>, more: Partial<BlockOptions> = {}): readonly string[] =>
  blockOf(described(wire), { ...options, ...more })

describe('a deployment on a terminal', () => {
  it('shows what is done and how long it took, what it waits for, what is to come, instances and traffic', () => {
    expect(block({ ...baking, plan })).toEqual([
      '● deploying  acme/shop › production  17s',
      '  ✓ Validate          20ms',
      '  ✓ Lock              20ms',
      '  ✓ CheckResources   160ms',
      '  ✓ Prepare          990ms  1 call',
      '  ✓ Start 1/2        290ms  3 calls',
      '  ✓ CheckHealth 1/2   2.5s  2 healthy',
      '  ✓ Shift 1/2        990ms  10 % of the traffic',
      '  ◌ Bake 1/2           12s  18s left, 120 of 500 requests, 2 of 3 healthy; web…',
      '  · Start 2/2',
      '  · CheckHealth 2/2',
      '  · Switch 2/2',
      '  · Watch 2/2               for 30s',
      '',
      '  web     ▮✗ 1 of 2 healthy   ██░░░░░░░░░░░░░░░░░░ 10 % of the traffic',
      '  mail    ▮ 1 of 1 healthy    no traffic of its own',
      '  new     1,204 requests, 0 failed, p99 41ms',
      '  old     10,840 requests, 3 failed, p99 40ms',
    ])
  })

  it('says where it failed, and that everything was taken back', () => {
    const lines = block(failed)
    expect(lines[0]).toBe('✗ failed  acme/shop › production  19s')
    expect(lines).toContain('  ✗ Bake 1/2           12s  no longer healthy: web/1 unhealthy (GET /health on…')
    expect(lines).toContain('  ✓ Compensate        1.8s  5 of 5 calls taken back')
    expect(lines.join('\n')).not.toMatch(/Start 2|Diagnose|ReleaseLock|FailureHooks|healthy {2,}/)
  })

  it.each([40, 60, 80, 200])('fits a terminal of %i columns', (columns) => {
    for (const wire of [{ ...baking, plan }, deployed, failed]) {
      const lines = block({ ...wire, project: 'acme/お店のとても長い名前のプロジェクト' }, { width: columns - 1 })
      for (const line of lines) expect(visibleWidth(line)).toBeLessThan(columns)
      expect(lines.some((line) => line.includes('Bake 1/2'))).toBe(true)
    }
  })

  it('fits a low terminal, and keeps what is under way in sight', () => {
    const lines = block(baking, { height: 12 })
    expect(lines).toHaveLength(12)
    expect(lines.join('\n')).toMatch(/ … \d+ done before\n/)
    expect(lines.join('\n')).toContain('◌ Bake 1/2')
    expect(lines.join('\n')).toMatch(/ … \d+ to come\n/)
    expect(block(baking, { height: 5 }).length).toBeLessThanOrEqual(5)
  })

  it('tells a lost connection in its first line', () => {
    expect(block(baking, { lost: true })[0]).toBe('■ connection lost, reconnecting  acme/shop › production  17s')
  })

  it('does not let an answer of the application drive the terminal', () => {
    const [first, ...rest] = baking['instances'] as readonly Readonly<Record<string, unknown>>[]
    const instances = [{ ...first, state: 'starting', detail: 'said \u001b[2J\nand more' }, ...rest]
    const lines = block({ ...baking, instances }, { width: 300 })
    expect(lines.join('\n')).toContain(String.raw`said \u001b[2J and more`)
  })
})
