/** Where the server keeps its answers to repeatable writes: in the store, until their time is over. */
import { z } from 'zod'
import { effectsOf } from '../audit/index.ts'
import type { AnswerKeeper } from '../server/index.ts'
import type { Store } from '../store/index.ts'

type Row = {
  readonly fingerprint: string
  readonly status: number
  readonly headers: string
  readonly body: string
  readonly keepUntil: number
}

const headers = z.record(z.string(), z.string())
/** Answers that are over and go with each new one: the table cannot grow without end. */
const removedAtOnce = 20

export function keptAnswers(store: Store, now: () => number): AnswerKeeper {
  return {
    effects: (key) => effectsOf(store.read, key, now()),
    find(key) {
      const row = store.read.get<Row>(
        'SELECT fingerprint, status, headers, body, keep_until AS keepUntil FROM kept_answer WHERE key = ?',
        key,
      )
      if (row === undefined || row.keepUntil <= now()) return undefined
      const { fingerprint, status, body } = row
      return { fingerprint, status, body, headers: headers.parse(JSON.parse(row.headers)) }
    },
    keep: (key, answer, untilMs) =>
      store.write((tx) => {
        tx.prepare(
          'DELETE FROM kept_answer WHERE key IN (SELECT key FROM kept_answer WHERE keep_until <= ? ORDER BY keep_until LIMIT ?)',
        ).run(now(), removedAtOnce)
        tx.prepare(
          `INSERT INTO kept_answer (key, fingerprint, status, headers, body, keep_until) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,
             headers = excluded.headers, body = excluded.body, keep_until = excluded.keep_until`,
        ).run(key, answer.fingerprint, answer.status, JSON.stringify(answer.headers), answer.body, untilMs)
      }),
  }
}
