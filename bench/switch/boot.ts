/** Instances all at once through a switcher, against the bare boot of the same processes in the same run. */
import { spawn } from 'node:child_process'
import { request } from 'node:http'
import { join } from 'node:path'
import { median } from '../world.ts'
import { rounded } from './statistics.ts'
import { steadyMs } from './steady-clock.ts'
import { type Switcher, SwitchFailed } from './switchers/switcher.ts'
import type { World } from './world.ts'

export type BootFigures = {
  readonly instances: number
  readonly deployMs: number
  readonly bareMs: number
  /** Of the medians. */
  readonly ratio: number
  readonly differenceMs: number
  /** Whether the deploy took at most 1.3 × the bare boot + 2 s. */
  readonly isWithin: boolean
  /** Deploys that did not succeed, with what was said of them; they are made again. */
  readonly failed: readonly string[]
  readonly rounds: readonly { readonly deployMs: number; readonly bareMs: number }[]
}

/** Interleaved: bare, deployed, bare, deployed … so that both see the same machine. */
export async function measureBoot(
  world: World,
  switcher: Switcher,
  instances: number,
  rounds: number,
): Promise<BootFigures> {
  const measured: { deployMs: number; bareMs: number }[] = []
  const failed: string[] = []
  while (measured.length < rounds) {
    const bareMs = await bootBare(world, instances)
    try {
      const { askedMs, inForceMs } = await switcher.deploy()
      measured.push({ bareMs: rounded(bareMs), deployMs: rounded(inForceMs - askedMs) })
    } catch (error) {
      if (!(error instanceof SwitchFailed) || failed.length === rounds) throw error
      failed.push(error.message)
    }
  }
  const deployMs = median(measured.map((one) => one.deployMs))
  const bareMs = median(measured.map((one) => one.bareMs))
  const isWithin = deployMs <= 1.3 * bareMs + 2000
  const ratio = rounded(deployMs / bareMs)
  return {
    instances,
    deployMs,
    bareMs,
    ratio,
    differenceMs: rounded(deployMs - bareMs),
    isWithin,
    failed,
    rounds: measured,
  }
}

/** From the start of the first until each has answered a request with 200. */
async function bootBare({ artifact, witness }: World, instances: number): Promise<number> {
  const startedMs = steadyMs()
  const release = `bare-${startedMs}`
  const children = Array.from({ length: instances }, () =>
    spawn(process.execPath, [join(artifact, 'server.js')], {
      stdio: 'ignore',
      env: { PATH: process.env['PATH'], HOLDFAST_RELEASE: release, BENCH_WITNESS: String(witness.port) },
    }),
  )
  try {
    const booted = await witness.until((alive) => {
      const ours = alive.filter((instance) => instance.release === release)
      return ours.length === instances ? ours : undefined
    })
    await Promise.all(booted.map(({ port }) => answers(port)))
    return steadyMs() - startedMs
  } finally {
    await Promise.all(
      children.map(async (child) => {
        const exited = new Promise((resolve) => child.once('exit', resolve))
        child.kill('SIGTERM')
        await exited
      }),
    )
  }
}

async function answers(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/health', agent: false }, (answer) => {
      answer
        .resume()
        .on('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(`${answer.statusCode}`))))
    })
      .on('error', reject)
      .end()
  })
}
