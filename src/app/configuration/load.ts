/**
 * Reads the settings out of a `holdfast.config.ts`. The file is code of somebody else's and may do anything, so a process of
 * its own loads it and says what its default export is.
 */
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { appError } from '../errors.ts'

/** How long the file may take to load. */
const limitMs = 10_000

const message = z.union([z.object({ settings: z.string() }), z.object({ fault: z.string() })])
export type SettingsMessage = z.infer<typeof message>

/** The default export as JSON would carry it; `{}` when there is none. @throws HoldfastError app.config_unreadable */
export async function loadSettings(file: string): Promise<unknown> {
  if (!existsSync(file)) throw unreadable(file, 'there is no such file')
  const answer = await ask(file)
  if ('fault' in answer) throw unreadable(file, answer.fault)
  return JSON.parse(answer.settings)
}

function ask(file: string): Promise<SettingsMessage> {
  const reader = fork(fileURLToPath(new URL('settings-reader.ts', import.meta.url)), [file], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  return new Promise((resolve) => {
    let answer: SettingsMessage = { fault: `it ended its process, or took longer than ${limitMs / 1000} s` }
    const timer = setTimeout(() => reader.kill('SIGKILL'), limitMs)
    reader.on('message', (sent) => {
      answer = message.safeParse(sent).data ?? answer
      reader.kill('SIGKILL')
    })
    reader.on('error', (error) => (answer = { fault: error.message }))
    reader.on('close', () => {
      clearTimeout(timer)
      resolve(answer)
    })
  })
}

function unreadable(file: string, why: string) {
  return appError('app.config_unreadable', `The configuration ${file} cannot be read: ${why}`, {
    place: file,
    accepted: 'a module with `export const procedures = […]`, `export default defineConfig({…})`, or both',
  })
}
