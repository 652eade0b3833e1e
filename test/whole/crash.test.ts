/**
 * Control plane, agents and edges die around everything they do, in histories of deployments, and come back. In the end the
 * old release serves or the new one, whole, and nothing of the other is left anywhere.
 *
 *   WHOLE_CRASH_SEEDS=5000 WHOLE_CRASH_FIRST=1 npx vitest run test/whole
 */
import { afterAll, describe, expect, it } from 'vitest'
import { History } from './history.ts'
import { Artifact } from './world.ts'

const seeds = Number(process.env['WHOLE_CRASH_SEEDS'] ?? 25)
const first = Number(process.env['WHOLE_CRASH_FIRST'] ?? 1)

describe('control plane, agents and edges, killed at any boundary', () => {
  const artifact = new Artifact()
  afterAll(() => artifact.remove())

  it(
    `leave the old release or the new one, and nothing else (${seeds} histories)`,
    { timeout: seeds * 20_000 },
    async () => {
      const deaths = { planes: 0, agents: 0, edges: 0, signals: 0 }
      const failed: string[] = []
      for (let seed = first; seed < first + seeds; seed++) {
        const history = new History(artifact, seed)
        const told = (what: string): string => `seed ${seed} (${history.told.join('; ')}): ${what}`
        try {
          await history.live()
          const wrong = await history.wrong()
          if (wrong.length > 0) failed.push(told(wrong.join('; ')))
        } catch (cause) {
          failed.push(told(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)))
        } finally {
          history.count(deaths)
          await history.end()
        }
        if (failed.length >= 5) break
      }
      if (failed.length > 0) throw new Error(failed.join('\n\n'))
      if (seeds < 20) return
      expect(deaths.planes).toBeGreaterThan(seeds / 2)
      expect(deaths.agents).toBeGreaterThan(seeds / 2)
      expect(deaths.edges).toBeGreaterThan(seeds / 4)
      expect(deaths.signals).toBeGreaterThan(seeds)
    },
  )
})
