/** Processes that look like the agent's own and are not: nobody may ever signal one of them. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { markerVariable, parseMarker, printMarker } from '../../../src/host/instance/marker.ts'

/** Where Linux lets the number of the next process be chosen. */
const lastPid = '/proc/sys/kernel/ns_last_pid'
/** Somebody else's process may take the number first. */
const mostTries = 6

export class Decoys {
  readonly #file: string
  readonly #standing = new Set<ChildProcess>()
  /** How many had the number of a process that the agent remembered. */
  recycled = 0

  constructor(folder: string) {
    this.#file = join(folder, 'signals-to-strangers')
  }

  /** The same program, folder and name as an instance; and, with a marker to copy, what another host's agent would own. */
  async imitate(folder: string, marker: string | undefined): Promise<void> {
    await this.#start({ folder, marker: undefined })
    const copied = parseMarker(marker)
    if (copied !== undefined) await this.#start({ folder, marker: printMarker({ ...copied, host: 'another-host' }) })
  }

  /** Takes the number of a process that has just ended, if this machine allows it. */
  async recycle(pid: number, folder: string): Promise<boolean> {
    for (let tries = 0; tries < mostTries; tries++) {
      try {
        writeFileSync(lastPid, String(pid - 1))
      } catch {
        // Not Linux, or not for us.
        return false
      }
      const decoy = await this.#start({ folder, marker: undefined })
      if (decoy.pid === pid) return ++this.recycled > 0
      await this.#end(decoy)
    }
    return false
  }

  /** Who was signalled, by whomever. */
  get signalled(): readonly string[] {
    const ended = [...this.#standing].filter(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)
    const told = existsSync(this.#file) ? readFileSync(this.#file, 'utf8').trim().split('\n') : []
    return [...told, ...ended.map(({ pid, signalCode }) => `${pid} ${signalCode ?? 'ended'}`)]
  }

  /** By those who started them. */
  async leave(): Promise<void> {
    await Promise.all([...this.#standing].map((decoy) => this.#end(decoy)))
  }

  async #start({ folder, marker }: { folder: string; marker: string | undefined }): Promise<ChildProcess> {
    const { [markerVariable]: _, ...environment } = process.env
    const decoy = fork(join(import.meta.dirname, 'decoy.mjs'), [this.#file, 'application.mjs'], {
      cwd: folder,
      env: { ...environment, ...(marker === undefined ? {} : { [markerVariable]: marker }) },
      execArgv: [],
      detached: true,
    })
    this.#standing.add(decoy)
    await once(decoy, 'message')
    return decoy
  }

  async #end(decoy: ChildProcess): Promise<void> {
    this.#standing.delete(decoy)
    if (decoy.exitCode !== null || decoy.signalCode !== null) return
    const ended = once(decoy, 'exit')
    decoy.kill('SIGKILL')
    await ended
  }
}
