import { overviewWords } from '../pages/overview/words.ts'
import { passkeyWords } from '../pages/passkey/words.ts'
import { signInWords } from '../pages/sign-in/words.ts'
import { signOnWords } from '../pages/sign-on/words.ts'
import { partWords } from '../parts/words.ts'
import { shellWords } from '../shell/words.ts'
import type { Section } from './entry.ts'

/** Section → its entries: what every first screen says. */
export const firstWords = {
  shell: shellWords,
  part: partWords,
  signIn: signInWords,
  signOn: signOnWords,
  passkey: passkeyWords,
  overview: overviewWords,
} satisfies Record<string, Section>

/** Those that come with the pages which say them. A folder of pages adds one line, and its routes name it in pages/index.tsx. */
export const laterWords = {
  deploy: async () => (await import('../pages/deploys/words.ts')).deployWords,
  execution: async () => (await import('../pages/executions/words.ts')).executionWords,
  machine: async () => (await import('../pages/machines/words.ts')).machineWords,
  lock: async () => (await import('../pages/locks/words.ts')).lockWords,
  audit: async () => (await import('../pages/audit/words.ts')).auditWords,
  access: async () => (await import('../pages/access/words.ts')).accessWords,
  login: async () => (await import('../pages/login/words.ts')).loginWords,
  host: async () => (await import('../pages/hosts/words.ts')).hostWords,
  join: async () => (await import('../pages/join/words.ts')).joinWords,
  people: async () => (await import('../pages/people/words.ts')).peopleWords,
  account: async () => (await import('../pages/account/words.ts')).accountWords,
} satisfies Record<string, () => Promise<Section>>

export type LaterSection = keyof typeof laterWords
export type Catalogue = typeof firstWords & {
  readonly [Name in LaterSection]: Awaited<ReturnType<(typeof laterWords)[Name]>>
}
