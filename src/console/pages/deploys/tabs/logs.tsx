/** What the instances write, as they write it: of all of them or of one, searched, followed to the newest line. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useApi } from '../../../api/context.tsx'
import type { Deployment, LogLine } from '../../../api/generated.ts'
import { Choice } from '../../../parts/choice.tsx'
import { Command } from '../../../parts/command.tsx'
import { ProblemBox } from '../../../parts/problem.tsx'
import { SearchField } from '../../../parts/search-field.tsx'
import { useWords } from '../../../words/index.tsx'
import deploy from '../deploy.module.css'
import { followLogs } from '../follow-logs.ts'
import { LogBook, parted } from '../log-book.ts'
import styles from './tabs.module.css'

export function Logs({ deployment }: { readonly deployment: Deployment }) {
  const { t } = useWords()
  const navigate = useNavigate()
  const { instance, find } = useSearch({ from: '/frame/deploys/$id' })
  const { lines, fault, isConnected } = useLines(deployment.id, instance)
  // Without its tab: whoever has gone to another one meanwhile is not called back by what they had typed.
  const change = useCallback(
    (changed: { readonly instance?: string | undefined; readonly find?: string | undefined }) =>
      void navigate({
        to: '.',
        search: (before) => ({ ...before, ...changed }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  )
  const onSearch = useCallback((found: string | undefined) => change({ find: found }), [change])
  const shown = find === undefined ? lines : lines.filter(({ text }) => text.toLowerCase().includes(find.toLowerCase()))
  const names = [...new Set([...deployment.instances.map((one) => one.instance), ...lines.map((one) => one.instance)])]
  return (
    <>
      <div className={styles['bar']} role="search">
        <Choice
          label={t('deploy.instance')}
          any={t('deploy.allInstances')}
          value={instance}
          options={names.map((name) => [name, name] as const)}
          onChoose={(chosen) => change({ instance: chosen })}
        />
        <SearchField isMain label={t('deploy.searchLogs')} value={find} onSearch={onSearch} />
        <span className={deploy['quiet']} role="status">
          {t(isConnected ? 'deploy.following' : 'deploy.notFollowing')} ·{' '}
          {t('deploy.logLines', { count: shown.length })}
        </span>
      </div>
      {fault === undefined ? null : <ProblemBox error={fault} />}
      {shown.length > 0 ? (
        <Lines lines={shown} find={find} />
      ) : (
        <>
          <p className={deploy['quiet']}>{t(find === undefined ? 'deploy.noLogs' : 'part.noMatch')}</p>
          <Command text={`holdfast logs ${deployment.id}`} />
        </>
      )}
    </>
  )
}

function Lines({ lines, find }: { readonly lines: readonly LogLine[]; readonly find: string | undefined }) {
  const { t } = useWords()
  const box = useRef<HTMLOListElement>(null)
  /** Whoever scrolls up to read is not carried away. */
  const isAtEnd = useRef(true)
  useLayoutEffect(() => {
    const { current } = box
    if (current !== null && isAtEnd.current) current.scrollTop = current.scrollHeight
  }, [lines])
  return (
    <ol
      ref={box}
      className={styles['log']}
      aria-label={t('deploy.logs')}
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < 24
      }}
    >
      {lines.map((line, index) => (
        <li key={index}>
          <span className={styles['from']} title={`${line.instance} · ${line.host}`}>
            {line.instance}
          </span>
          <span className={styles['line']}>
            {parted(line.text, find).map(({ text, isFound }, at) => (isFound ? <mark key={at}>{text}</mark> : text))}
          </span>
        </li>
      ))}
    </ol>
  )
}

type Followed = { readonly lines: readonly LogLine[]; readonly fault: unknown; readonly isConnected: boolean }

/** A connection of its own while somebody reads: that of the page follows the deployment. */
function useLines(deployment: string, instance: string | undefined): Followed {
  const { client } = useApi()
  const [state, setState] = useState<Followed>({ lines: [], fault: undefined, isConnected: false })
  useEffect(() => {
    const leave = new AbortController()
    const book = new LogBook()
    let isTold = false
    setState({ lines: [], fault: undefined, isConnected: false })
    // Many lines come at once: the page is drawn once for all of them.
    const tell = (): void => {
      if (isTold || leave.signal.aborted) return
      isTold = true
      requestAnimationFrame(() => {
        isTold = false
        if (!leave.signal.aborted) setState((before) => ({ ...before, lines: book.lines }))
      })
    }
    void followLogs(client, {
      query: { deployment, instance, lines: '500', follow: 'true' },
      signal: leave.signal,
      onLine: (line) => {
        book.add(line)
        tell()
      },
      onState: (isConnected, fault) => setState((before) => ({ ...before, isConnected, fault })),
    })
    return () => leave.abort()
  }, [client, deployment, instance])
  return state
}
