/** Deployments in the words and tones of the command line. Pure. */
import type { Deployment } from '../client/deploy-schemas.ts'
import type { Place } from '../client/deploy-api.ts'
import type { Paint, Tone } from '../paint.ts'

type Standing = Pick<Deployment, 'status' | 'course' | 'control' | 'kind'>

export function toneOf({ status, course, control }: Standing): Tone {
  switch (status) {
    case 'running':
      return course === 'compensate' || control === 'halt' ? 'halted' : 'running'
    case 'paused':
      return 'waiting'
    case 'succeeded':
      return 'done'
    case 'failed':
      return 'failed'
    case 'halted':
      return 'halted'
    default:
      return status satisfies never
  }
}

export function wordOf({ status, course, control, kind }: Standing): string {
  const [doing, done] = kind === 'deploy' ? ['deploying', 'deployed'] : ['rolling back', 'rolled back']
  switch (status) {
    case 'running':
      if (course === 'compensate') return 'taking back'
      return control === 'halt' ? 'halting' : control === 'pause' ? 'pausing' : doing
    case 'succeeded':
      return done
    case 'paused':
    case 'failed':
    case 'halted':
      return status
    default:
      return status satisfies never
  }
}

/** `acme/shop › production`. */
export const placeWords = ({ project, config }: Place): string => `${project} › ${config}`

/** As commands take it: `acme/shop production`. */
export const placeArguments = ({ project, config }: Place): string => `${project} ${config}`

/** `12,040`. */
export const grouped = (count: number): string => Math.round(count).toLocaleString('en-US')

/** `1 call`, `2 calls`. */
export const counted = (count: number, word: string): string =>
  `${grouped(count)} ${word}${count === 1 ? '' : word.endsWith('s') ? 'es' : 's'}`

/** `7.3ms`, `41ms`, `1.2s`; `–` where nothing was measured. */
export function latency(ms: number | undefined): string {
  if (ms === undefined) return '–'
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)}s`
  return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)}ms`
}

/** By name; a token that nobody can name is told from others by its end. */
export const actorWords = ({ id, name }: { readonly id: string; readonly name?: string | undefined }): string =>
  name ?? id.replace(/^(tok_).+(.{6})$/, '$1…$2')

/** Painted, once its width is known. */
export const badge = (paint: Paint, standing: Standing): string => paint.state(toneOf(standing), wordOf(standing))
