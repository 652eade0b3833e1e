/** Writing a state machine in the console, from a sample to its live page. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seriousFaults } from './accessible.ts'
import { type Console, goByKeys, openConsole } from './console.ts'
import { Api } from './machines.ts'

let console: Console
let api: Api
beforeAll(async () => {
  console = await openConsole()
  api = new Api(console)
})
afterAll(() => console.close())

const desktop = { viewport: { width: 1440, height: 900 } }

it('a sample is broken and mended, run with mocks, saved against somebody else, and started', async () => {
  const page = await console.open(desktop)
  const refused = await refusedByPolicy(page)
  await goByKeys(page, 'm', '/machines')
  await page.getByText('There is no state machine of yours yet').waitFor()
  await page.getByRole('button', { name: 'an approval: wait for a person' }).click()
  await page.getByText('Valid', { exact: true }).waitFor()

  // What is chosen in the graph is gone to in the text, and what is typed is checked and drawn.
  await inGraph(page, 'Approved?').click()
  await page
    .locator('.cm-line', { hasText: '"Default": "Refused"' })
    .getByText('"Refused"')
    .dblclick({ position: { x: 20, y: 6 } })
  await page.keyboard.type('Refuzed')
  await page.getByText('2 errors', { exact: true }).waitFor()
  await page.getByRole('button', { name: "Missing 'Next' target: Refuzed" }).waitFor()
  await page.getByText('/States/Approved?/Default').waitFor()
  await page.locator('.cm-lintRange-error').first().waitFor()
  // Nothing is lost by a reload.
  await page.reload()
  await page.getByText('Your unsaved changes are back').waitFor()
  await page.getByRole('button', { name: 'Make it Refused' }).click()
  await page.getByText('Valid', { exact: true }).waitFor()

  // Refused by a person: the way that it goes is in the graph, with the data of each state.
  await page.getByRole('button', { name: 'Run with mocks' }).click()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByText('Ask has no mock for this call').waitFor()
  await page.getByText('after 1d of virtual time').waitFor()
  await inGraph(page, 'Nobody answered, failed').waitFor()
  await page.getByRole('button', { name: 'Give it an answer' }).click()
  await page.getByLabel('Answer 1 of Ask: JSON').fill('{"yes": false}')
  await page.getByLabel('Answer 1 of Ask: after').fill('90s')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByText('Failed at Refused with Refused').waitFor()
  await inGraph(page, 'Approved?, done').waitFor()
  await inGraph(page, 'Refused, failed').waitFor()
  await page.getByRole('list', { name: 'Path' }).getByRole('button', { name: /^Ask/ }).click()
  await page.getByText('$.approval').first().waitFor()
  expect(refused).toEqual([])
  expect(await seriousFaults(page)).toEqual([])
  // axe brings styles of its own, which the policy refuses.
  refused.length = 0

  // One state alone.
  await page.getByRole('button', { name: 'Try one state' }).click()
  await page.getByLabel('State', { exact: true }).selectOption('Approved?')
  await page.getByLabel('Input', { exact: true }).fill('{"approval": {"yes": true}}')
  await page.getByRole('button', { name: 'Try it' }).click()
  await page.getByText('goes on with Go ahead').waitFor()

  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByLabel('What for').fill('asks a person')
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('No unsaved changes').waitFor()
  expect(await revisions()).toEqual(['asks a person'])

  // Somebody else saves while this one edits: both are shown, and this one's goes over it when told.
  await inGraph(page, 'Go ahead').click()
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await page.keyboard.type('"Comment": "mine",')
  await page.getByText('Valid', { exact: true }).waitFor()
  const theirs = { StartAt: 'Theirs', States: { Theirs: { Type: 'Succeed' } } }
  await api.call('PUT /v1/machines/approval', { definition: JSON.stringify(theirs), summary: 'theirs' })
  await page.getByText('Somebody has saved another revision').waitFor()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Somebody else saved meanwhile').waitFor()
  await page.getByText('$.States.Theirs').first().waitFor()
  await page.getByRole('button', { name: 'Save mine over theirs' }).click()
  await page.getByText('No unsaved changes').waitFor()
  expect(await revisions()).toEqual([undefined, 'theirs', 'asks a person'])

  // Leaving with changes asks; the activity is there, so what is started waits for a person.
  await page.getByRole('button', { name: 'Format' }).click()
  await page.getByRole('textbox', { name: 'Definition' }).press('End')
  await page.keyboard.type(' ')
  await page.getByRole('link', { name: 'Machines' }).click()
  await page.getByText('Leave with unsaved changes?').waitFor()
  await page.getByRole('button', { name: 'Leave' }).click()
  await api.call('POST /v1/activities', { name: 'approval' })
  await page.getByRole('row', { name: /approval standard/ }).click()
  await page.getByRole('button', { name: 'Start execution' }).click()
  const input = page.getByRole('dialog').getByRole('textbox', { name: 'Input' })
  await input.fill('{"change": }')
  await page.getByText(/^No JSON: line 1/).waitFor()
  await input.fill('{"change": "the limit"}')
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await inGraph(page, 'Ask, waiting').waitFor()
  expect(refused).toEqual([])
  await page.context().close()
})

/**
 * What the policy of the page has refused, from now on. Chromium itself, without a script, sometimes gives a line that somebody types
 * into a background; that it is refused is nobody's doing.
 */
async function refusedByPolicy(page: Page): Promise<string[]> {
  const refused: string[] = []
  await page.exposeFunction('noteRefused', (what: string) => void refused.push(what))
  const listening = `document.addEventListener('securitypolicyviolation', (event) => {
    const { effectiveDirective, sourceFile, target } = event
    if (effectiveDirective === 'style-src-attr' && sourceFile === '' && target.isContentEditable) return
    window.noteRefused(effectiveDirective + ' ' + sourceFile + ' ' + (target.outerHTML ?? '').slice(0, 300))
  })`
  await page.addInitScript(listening)
  await page.evaluate(listening)
  return refused
}

const inGraph = (page: Page, name: string) =>
  page.getByLabel('Graph of the state machine').getByRole('button', { name, exact: true })

async function revisions(): Promise<readonly (string | undefined)[]> {
  const { items } = await api.call<{ readonly items: readonly { readonly summary?: string }[] }>(
    'GET /v1/machines/approval/revisions',
  )
  return items.map(({ summary }) => summary)
}
