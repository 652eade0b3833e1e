/** What tests of crashes at boundaries stand on: folders that go with the tests, and expressions. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { createExpressions, type Expressions } from '../../src/jsonata/index.ts'

export type Ground = { readonly now: number; readonly expressions: Expressions; newFolder(): string }

/** To be called where the tests are defined: it is there before the first and goes after the last. */
export function groundForTests(): Ground {
  let opened: { readonly root: string; readonly expressions: Expressions } | undefined
  let folders = 0
  const here = (): { readonly root: string; readonly expressions: Expressions } => {
    if (opened === undefined) throw new Error('only a test has ground to stand on')
    return opened
  }
  beforeAll(() => {
    opened = { root: mkdtempSync(join(tmpdir(), 'holdfast-test-')), expressions: createExpressions() }
  })
  afterAll(async () => {
    const { root, expressions } = here()
    await expressions.close()
    rmSync(root, { recursive: true, force: true })
  })
  return {
    now: Date.UTC(2026, 0, 1),
    get expressions() {
      return here().expressions
    },
    newFolder: () => join(here().root, `${++folders}`),
  }
}
