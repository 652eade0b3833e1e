/**
 * JSON to be read or written: CodeMirror in our colours. Loaded when a page shows one. What is wrong is underlined where it is wrong,
 * with its repairs as buttons; F8 goes to the next, and Tab leaves.
 */
import { type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete'
import { json, jsonLanguage } from '@codemirror/lang-json'
import { ensureSyntaxTree, HighlightStyle, syntaxHighlighting, syntaxTree } from '@codemirror/language'
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint'
import { Compartment, EditorState, type Extension } from '@codemirror/state'
import { tags } from '@lezer/highlight'
import { basicSetup, EditorView } from 'codemirror'
import type { Tree } from '@lezer/common'
import { useEffect, useRef } from 'react'
import { pageNonce } from '../page-nonce.ts'
import styles from './code.module.css'

export type CodeFix = {
  readonly name: string
  readonly changes: readonly { readonly from: number; readonly to: number; readonly insert: string }[]
}
export type CodeFault = {
  readonly from: number
  readonly to: number
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly code: string
  readonly fixes: readonly CodeFix[]
}
/** What can be typed at a place. */
export type CodeOffers = {
  readonly from: number
  readonly to: number
  readonly options: readonly Completion[]
}
/** Another one each time that the cursor is to go there. */
export type CodePlace = { readonly at: number; readonly to: number; readonly focus: boolean }

export type CodeOf = {
  readonly label: string
  readonly text: string
  /** Without it, it can only be read. */
  readonly onChange?: (text: string) => void
  /** Where the cursor is, in the tree of the text. */
  readonly onCursor?: (at: number, tree: Tree, text: string) => void
  readonly faults?: readonly CodeFault[]
  readonly offersAt?: (tree: Tree, text: string, at: number) => CodeOffers | undefined
  readonly place?: CodePlace | undefined
}

export function Code(code: CodeOf) {
  const { text, faults, place } = code
  const holder = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const current = useRef(code)
  current.current = code
  const isReadOnly = code.onChange === undefined

  useEffect(() => {
    if (holder.current === null) return undefined
    const made = new EditorView({
      parent: holder.current,
      state: EditorState.create({ doc: current.current.text, extensions: extensionsFor(current, isReadOnly) }),
    })
    view.current = made
    return () => {
      view.current = undefined
      made.destroy()
    }
  }, [isReadOnly])

  useEffect(() => {
    const shown = view.current
    if (shown === undefined || shown.state.doc.toString() === text) return
    // Given from outside: a fix, a format, another revision. As one step that can be undone.
    shown.dispatch({ changes: changeBetween(shown.state.doc.toString(), text) })
  }, [text])

  useEffect(() => {
    const shown = view.current
    if (shown === undefined || faults === undefined) return
    const { length } = shown.state.doc
    shown.dispatch(
      setDiagnostics(
        shown.state,
        faults.map((fault) => diagnosticOf(fault, length)),
      ),
    )
  }, [faults, text])

  useEffect(() => {
    const shown = view.current
    if (shown === undefined || place === undefined) return
    const { length } = shown.state.doc
    const [anchor, head] = [Math.min(place.at, length), Math.min(place.to, length)]
    shown.dispatch({
      selection: { anchor, head },
      effects: EditorView.scrollIntoView(anchor, { y: 'center' }),
    })
    if (place.focus) shown.focus()
  }, [place])

  return <div ref={holder} className={styles['code']} data-read-only={isReadOnly} />
}

type Current = { readonly current: CodeOf }

function extensionsFor(of: Current, isReadOnly: boolean): Extension {
  return [
    basicSetup,
    json(),
    look,
    syntaxHighlighting(colours),
    EditorView.cspNonce.of(pageNonce()),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': of.current.label, tabindex: '0' }),
    new Compartment().of(EditorState.readOnly.of(isReadOnly)),
    isReadOnly ? [] : lintGutter(),
    jsonLanguage.data.of({ autocomplete: (context: CompletionContext) => offersIn(of, context) }),
    EditorView.updateListener.of((update) => {
      const { state } = update
      if (update.docChanged) of.current.onChange?.(state.doc.toString())
      if ((update.docChanged || update.selectionSet) && update.view.hasFocus) {
        of.current.onCursor?.(state.selection.main.head, treeOf(state), state.doc.toString())
      }
    }),
  ]
}

/** Whole as far as it can be had at once. */
const treeOf = (state: EditorState): Tree => ensureSyntaxTree(state, state.doc.length, 50) ?? syntaxTree(state)

function offersIn({ current }: Current, { state, pos, explicit }: CompletionContext): CompletionResult | null {
  const offers = current.offersAt?.(treeOf(state), state.doc.toString(), pos)
  if (offers === undefined || (!explicit && offers.from === pos && offers.to === pos)) return null
  return { from: offers.from, to: Math.max(offers.to, pos), options: offers.options, filter: true }
}

function diagnosticOf({ from, to, severity, message, code, fixes }: CodeFault, length: number): Diagnostic {
  return {
    from: Math.min(from, length),
    to: Math.min(Math.max(to, from), length),
    severity,
    message,
    source: code,
    actions: fixes.map(({ name, changes }) => ({
      name,
      apply: (view) => view.dispatch({ changes: [...changes], userEvent: 'input.fix' }),
    })),
  }
}

/** Only what differs, so that the cursor stays where it was. */
function changeBetween(before: string, after: string): { from: number; to: number; insert: string } {
  let from = 0
  while (from < before.length && from < after.length && before[from] === after[from]) from++
  let end = 0
  const most = Math.min(before.length, after.length) - from
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end++
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) }
}

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--hf-accent)' },
  { tag: tags.string, color: 'var(--hf-done)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--hf-halted)' },
  { tag: tags.invalid, color: 'var(--hf-failed)' },
])

const look = EditorView.theme({
  '&': { height: '100%', fontSize: '12.5px', color: 'var(--hf-text)', backgroundColor: 'var(--hf-ground)' },
  '&.cm-focused': { outline: '2px solid var(--hf-accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--hf-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--hf-text)' },
  '.cm-gutters': {
    color: 'var(--hf-quiet)',
    backgroundColor: 'var(--hf-surface)',
    borderRight: '1px solid var(--hf-line)',
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--hf-accent) 7%, transparent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--hf-accent) 24%, transparent)',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'color-mix(in srgb, var(--hf-accent) 18%, transparent)',
    outline: 'none',
  },
  '.cm-tooltip, .cm-panels': {
    color: 'var(--hf-text)',
    backgroundColor: 'var(--hf-surface)',
    border: '1px solid var(--hf-line)',
    borderRadius: '6px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    color: 'var(--hf-ground)',
    backgroundColor: 'var(--hf-accent)',
  },
  '.cm-diagnostic': { padding: '6px 10px', borderLeft: '3px solid var(--hf-failed)', maxWidth: '64ch' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--hf-halted)' },
  '.cm-diagnosticAction': {
    padding: '2px 8px',
    borderRadius: '4px',
    color: 'var(--hf-ground)',
    backgroundColor: 'var(--hf-accent)',
    cursor: 'pointer',
  },
  '.cm-diagnosticSource': { fontSize: '11px', color: 'var(--hf-quiet)', opacity: '1' },
  '.cm-foldPlaceholder': { color: 'var(--hf-quiet)', backgroundColor: 'var(--hf-hover)', border: '0' },
})
