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

const fault = z.object({
  reason: z.string(),
  place: z.string().optional(),
  accepted: z.string().optional(),
  repair: z.string().optional(),
})
const message = z.union([z.object({ settings: z.string() }), z.object({ fault })])
export type SettingsMessage = z.infer<typeof message>

/**
 * The default export as JSON would carry it; `{}` when there is none.
 * @throws HoldfastError app.config_unreadable; or the signal's reason
 */
export async function loadSettings(file: string, signal?: AbortSignal): Promise<unknown> {
  if (!existsSync(file)) throw unreadable(file, { reason: 'there is no such file' })
  const answer = await ask(file, signal)
  signal?.throwIfAborted()
  if ('fault' in answer) throw unreadable(file, answer.fault)
  return JSON.parse(answer.settings)
}

function ask(file: string, signal: AbortSignal | undefined): Promise<SettingsMessage> {
  const reader = fork(fileURLToPath(new URL('settings-reader.ts', import.meta.url)), [file], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  return new Promise((resolve) => {
    let answer: SettingsMessage = { fault: { reason: 'it ended the process that loaded it' } }
    const kill = (): void => void reader.kill('SIGKILL')
    const timer = setTimeout(() => {
      answer = { fault: { reason: `it is not loaded after ${limitMs / 1000} s` } }
      kill()
    }, limitMs)
    signal?.addEventListener('abort', kill)
    reader.on('message', (sent) => {
      answer = message.safeParse(sent).data ?? answer
      kill()
    })
    reader.on('error', (error) => (answer = { fault: { reason: error.message } }))
    reader.on('close', () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', kill)
      resolve(answer)
    })
  })
}

function unreadable(file: string, { reason, place = file, accepted, repair }: z.infer<typeof fault>) {
  return appError('app.config_unreadable', `The configuration ${file} cannot be read: ${reason}`, {
    place,
    ...(accepted === undefined ? {} : { accepted }),
    ...(repair === undefined ? {} : { repair }),
  })
}
