/** The harness as a whole, with real processes: few requests, and every fault that it must see. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readOptions } from './options.ts'

async function bench(...args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-switch-test-'))
  const few = ['--through', 'edge', '--rate', '200', '--peer', '0', '--eaten', '0', '--boots', '0', '--out', folder]
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...few, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  const code = await new Promise((resolve) => child.on('close', resolve))
  const files = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
  rmSync(folder, { recursive: true, force: true })
  return { code, output, lastLine: JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as unknown, files }
}

describe('switches under load', { timeout: 120_000 }, () => {
  it('cost no request, and are told in one last line and in plots', async () => {
    const { code, lastLine, files } = await bench('--json', '--switches', '4')
    expect(lastLine).toMatchObject({ switches: 4, failed: 0, rollbackP99Ms: expect.any(Number) })
    expect(code).toBe(0)
    const plots = ['failures.svg', 'latency-edge-alone.svg', 'releases.svg', 'rollbacks.svg']
    expect([...files.keys()].toSorted()).toEqual([...plots, 'results.json'].toSorted())
    for (const plot of plots) expect(files.get(plot)).toMatch(/^<svg [^]*<\/svg>\n$/)
  })

  it.concurrent.each(['keep-alive-race', 'early-kill', 'wrong-release'])('%s: is caught and named', async (fault) => {
    const { code, output } = await bench('--inject', fault, '--switches', '3')
    expect(output).toMatch(new RegExp(`FAILED ${fault}: \\d+`))
    expect(code).toBe(1)
  })
})

describe('the command line', () => {
  it('takes 200 switches and the peer unless told otherwise, and less when it is quick', () => {
    expect(readOptions([])).toMatchObject({ switches: 200, eatenSwitches: 200, requestsPerSecond: 1000 })
    expect(readOptions(['--quick'])).toMatchObject({ eatenSwitches: 0, peerSwitches: 0, boots: 0 })
    expect(readOptions(['--help'])).toBeUndefined()
  })

  it('says what is accepted', () => {
    expect(() => readOptions(['--inject', 'fire'])).toThrow('keep-alive-race, early-kill, wrong-release')
    expect(() => readOptions(['--rate', 'fast'])).toThrow('a whole number')
    expect(() => readOptions(['--quik'])).toThrow('--quik')
  })
})
