/** JSON as a tree: folds, is searched, tells paths and sizes, and hides what looks like a secret until it is asked for. */
import { TextInput, UnstyledButton } from '@mantine/core'
import { createContext, use, useDeferredValue, useMemo, useState } from 'react'
import {
  byteLength,
  isJsonArray,
  isJsonObject,
  type Json,
  looksSecret,
  parseJson,
  pathTo,
  printJson,
} from '../../../base/index.ts'
import { useWords } from '../../words/index.tsx'
import { Copy, saidForMs } from '../copy.tsx'
import { Icon, type IconName } from '../icons.tsx'
import styles from './json.module.css'

/** Of one level; the others are asked for. */
const shownAtOnce = 50
const openToDepth = 2

/** What can be asked of a member besides copying it. */
export type Ask = { readonly words: string; readonly onAsk: (keys: readonly (string | number)[]) => void }
const AskContext = createContext<Ask | undefined>(undefined)

export type JsonTree = { readonly text: string; readonly label: string; readonly ask?: Ask | undefined }

export function JsonTree({ text, label, ask }: JsonTree) {
  const { t } = useWords()
  const value = useMemo(() => parsed(text), [text])
  const [search, setSearch] = useState('')
  const wanted = useDeferredValue(search.trim().toLowerCase())
  if (value === undefined) return <pre className={styles['raw']}>{text}</pre>
  const isSmall = text.length < 200
  return (
    <div className={styles['json']}>
      <div className={styles['bar']}>
        {isSmall ? null : (
          <TextInput
            aria-label={t('part.searchJson')}
            placeholder={t('part.searchJson')}
            leftSection={<Icon name="search" size={13} />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
        )}
        <span className={styles['size']}>{sizeOf(text)}</span>
        <Copy text={text} what={label} />
      </div>
      {wanted !== '' && !matches('$', value, wanted) ? <p className={styles['none']}>{t('part.noMatch')}</p> : null}
      <AskContext value={ask}>
        <ul className={styles['tree']} aria-label={label}>
          <Node name="$" keys={top} value={value} wanted={wanted} />
        </ul>
      </AskContext>
    </div>
  )
}

type Keys = readonly (string | number)[]
const top: Keys = []

type NodeOf = {
  readonly name: string | number
  readonly keys: Keys
  readonly value: Json
  readonly wanted: string
}

function Node({ name, keys, value, wanted }: NodeOf) {
  const { t } = useWords()
  const children = childrenOf(value)
  const [isOpen, setOpen] = useState(keys.length < openToDepth)
  const [limit, setLimit] = useState(shownAtOnce)
  if (children === undefined) return <Leaf name={name} keys={keys} value={value} />
  const shown = wanted === '' ? children : children.filter(([key, child]) => matches(key, child, wanted))
  const opens = wanted === '' ? isOpen : shown.length > 0
  const summary = t(isJsonArray(value) ? 'part.items' : 'part.keys', { count: children.length })
  return (
    <li>
      <div className={styles['line']}>
        <UnstyledButton className={styles['fold']} aria-expanded={opens} onClick={() => setOpen(!isOpen)}>
          <span className={styles['arrow']} data-open={opens}>
            <Icon name="open" size={12} />
          </span>
          <span className={styles['key']}>{name}</span>
          <span className={styles['quiet']}>
            {isJsonArray(value) ? '[ ]' : '{ }'} {summary}
          </span>
        </UnstyledButton>
        <Tools keys={keys} value={value} />
      </div>
      {opens ? (
        <ul className={styles['children']}>
          {shown.slice(0, limit).map(([key, child]) => (
            <Node key={key} name={key} keys={[...keys, key]} value={child} wanted={wanted} />
          ))}
          {shown.length > limit ? (
            <li>
              <UnstyledButton className={styles['more']} onClick={() => setLimit(limit + shownAtOnce * 5)}>
                {t('part.showMore', { count: shown.length - limit })}
              </UnstyledButton>
            </li>
          ) : null}
        </ul>
      ) : null}
    </li>
  )
}

function Leaf({ name, keys, value }: Pick<NodeOf, 'name' | 'keys' | 'value'>) {
  const { t } = useWords()
  const isSecret = typeof name === 'string' && value !== null && looksSecret(name)
  const [isHidden, setHidden] = useState(isSecret)
  return (
    <li>
      <div className={styles['line']}>
        <LeafName name={name} keys={keys} />
        {isHidden ? (
          <>
            <span className={styles['quiet']} title={t('part.masked')}>
              ••••••
            </span>
            <UnstyledButton className={styles['more']} onClick={() => setHidden(false)}>
              {t('part.reveal')}
            </UnstyledButton>
          </>
        ) : (
          <>
            <span className={styles['value']} data-kind={value === null ? 'null' : typeof value}>
              {printJson(value)}
            </span>
            <Tools keys={keys} value={value} />
          </>
        )}
      </div>
    </li>
  )
}

/** What is asked most of a member is a press on its name. */
function LeafName({ name, keys }: Pick<NodeOf, 'name' | 'keys'>) {
  const ask = use(AskContext)
  if (ask === undefined) return <span className={styles['key']}>{name}</span>
  return (
    <UnstyledButton className={`${styles['key']} ${styles['asks']}`} title={ask.words} onClick={() => ask.onAsk(keys)}>
      {name}
    </UnstyledButton>
  )
}

function Tools({ keys, value }: { readonly keys: Keys; readonly value: Json }) {
  const { t } = useWords()
  const ask = use(AskContext)
  const path = keys.reduce<string>(pathTo, '$')
  return (
    <span className={styles['tools']}>
      {ask === undefined ? null : (
        <Tool icon="origin" label={`${ask.words}: ${path}`} title={ask.words} onPress={() => ask.onAsk(keys)} />
      )}
      <Tool
        icon="link"
        label={t('part.copy', { what: `${t('part.path')} ${path}` })}
        title={path}
        onPress={() => void navigator.clipboard.writeText(path)}
      />
      <CopyTool value={value} path={path} />
    </span>
  )
}

function CopyTool({ value, path }: { readonly value: Json; readonly path: string }) {
  const { t } = useWords()
  const [isCopied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(typeof value === 'string' ? value : printJson(value))
    setCopied(true)
    setTimeout(() => setCopied(false), saidForMs)
  }
  const label = isCopied ? t('part.copied') : t('part.copy', { what: path })
  return <Tool icon={isCopied ? 'check' : 'copy'} label={label} title={label} onPress={() => void copy()} />
}

type ToolOf = {
  readonly icon: IconName
  readonly label: string
  readonly title: string
  readonly onPress: () => void
}

/** The browser's own button: a tree has some for each of hundreds of lines. */
const Tool = ({ icon, label, title, onPress }: ToolOf) => (
  <button type="button" className={styles['tool']} aria-label={label} title={title} onClick={onPress}>
    <Icon name={icon} size={12} />
  </button>
)

function childrenOf(value: Json): readonly (readonly [key: string | number, value: Json])[] | undefined {
  if (isJsonArray(value)) return value.map((child, index) => [index, child] as const)
  return isJsonObject(value) ? [...value] : undefined
}

/** Its name, or anything in it. A secret is not found by its value. */
function matches(name: string | number, value: Json, wanted: string): boolean {
  if (String(name).toLowerCase().includes(wanted)) return true
  const children = childrenOf(value)
  if (children !== undefined) return children.some(([key, child]) => matches(key, child, wanted))
  if (typeof name === 'string' && looksSecret(name)) return false
  return printJson(value).toLowerCase().includes(wanted)
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch {
    // What is no JSON is shown as it is.
    return undefined
  }
}

/** `340 B`, `1.2 KB`. */
export function sizeOf(text: string): string {
  const bytes = byteLength(text)
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
