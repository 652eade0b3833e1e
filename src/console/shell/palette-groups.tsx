/** The groups of the palette, of what is known while it is open. */
import { useDebouncedValue } from '@mantine/hooks'
import type { SpotlightActionData, SpotlightActionGroupData } from '@mantine/spotlight'
import { useNavigate, useRouterState } from '@tanstack/react-router'
import { useAnswer } from '../api/context.tsx'
import { useMay } from '../api/use-may.ts'
import { Icon, type IconName } from '../parts/icons.tsx'
import { useWords } from '../words/index.tsx'
import { type Deed, deedsFor, verbOf } from './deeds.ts'
import { type groups, groupsFor, placeOfId } from './navigation.ts'
import { iconOf, type Recent, recentOf, storedRecent } from './recent.ts'

type Asked = {
  readonly query: string
  readonly isOpen: boolean
  readonly onDeed: (deed: Deed) => void
}

export function usePaletteGroups({ query, isOpen, onDeed }: Asked): readonly SpotlightActionGroupData[] {
  const { t } = useWords()
  const current = useRouterState({ select: ({ location }) => recentOf(location.pathname) })
  const go = useGo()
  const deployments = useAnswer('deploymentList', { query: { limit: '100' } }, { enabled: isOpen })
  const places = useAnswer('placeList', {}, { enabled: isOpen })
  const found = useFound(query, isOpen)
  const may = useMay()
  const deeds = deedsFor(deployments.data?.items ?? [], places.data?.items ?? [], current?.id).filter((deed) =>
    may(verbOf[deed.kind], deed),
  )
  const lastSeen = isOpen && query === '' ? storedRecent.read().filter(({ id }) => id !== current?.id) : []
  const all: SpotlightActionGroupData[] = [
    {
      group: t('shell.group_do'),
      actions: deeds.map((deed) => ({
        id: `${deed.kind} ${deed.id}`,
        label: t(`shell.do_${deed.kind}`, { place: `${deed.project} › ${deed.config}`, release: deed.release ?? '' }),
        leftSection: <Icon name={deedIcons[deed.kind]} />,
        onClick: () => onDeed(deed),
      })),
    },
    {
      group: t('shell.group_pages'),
      actions: groupsFor(may).map(({ name, path, icon, words, letter }) => ({
        id: name,
        label: t(words),
        leftSection: <Icon name={icon} />,
        rightSection: <kbd>{`g ${letter}`}</kbd>,
        onClick: () => go.to(path),
      })),
    },
    {
      group: t('shell.group_recent'),
      actions: lastSeen.map((one) => ({
        id: `recent ${one.kind} ${one.id}`,
        label: one.id,
        leftSection: <Icon name={iconOf[one.kind]} />,
        onClick: () => go.toThing(one),
      })),
    },
    { group: t('shell.group_found'), actions: [...pasted(query, go, t), ...found] },
  ]
  return all.filter(({ actions }) => actions.length > 0)
}

const deedIcons: Readonly<Record<Deed['kind'], IconName>> = {
  halt: 'stop',
  pause: 'pause',
  resume: 'play',
  rollBack: 'back',
}

type Go = ReturnType<typeof useGo>

function useGo() {
  const navigate = useNavigate()
  return {
    to: (path: (typeof groups)[number]['path']): void => void navigate({ to: path }),
    toThing({ kind, id }: Recent): void {
      if (kind === 'deploys') void navigate({ to: '/deploys/$id', params: { id } })
      else if (kind === 'executions') void navigate({ to: '/executions/$execution', params: { execution: id } })
      else if (kind === 'machines') void navigate({ to: '/machines/$machine', params: { machine: id } })
      else if (kind === 'hosts') void navigate({ to: '/hosts/$host', params: { host: id } })
      else void navigate({ to: '/audit/$seq', params: { seq: id } })
    },
  }
}

function pasted(query: string, go: Go, t: ReturnType<typeof useWords>['t']): readonly SpotlightActionData[] {
  const place = placeOfId(query)
  if (place === undefined) return []
  const isDeployment = place.kind === 'deployment'
  return [
    {
      id: place.id,
      label: t(isDeployment ? 'shell.openDeployment' : 'shell.openExecution', { id: place.id }),
      keywords: query,
      leftSection: <Icon name="open" />,
      onClick: () => go.toThing({ kind: isDeployment ? 'deploys' : 'executions', id: place.id }),
    },
  ]
}

const patienceMs = 200
const least = 2
const most = 6

/** By name, a moment after the last key. */
function useFound(query: string, isOpen: boolean): readonly SpotlightActionData[] {
  const { t } = useWords()
  const go = useGo()
  const [name] = useDebouncedValue(query.trim(), patienceMs)
  const enabled = isOpen && name.length >= least
  const may = useMay()
  const executions = useAnswer(
    'executionList',
    { query: { name, limit: String(most) } },
    { enabled: enabled && may('execution.list') },
  )
  const machines = useAnswer('machineList', { query: { limit: '200' } }, { enabled: enabled && may('machine.list') })
  const hosts = useAnswer('hostList', {}, { enabled: enabled && may('host.list') })
  const deployments = useAnswer('deploymentList', { query: { limit: '100' } }, { enabled })
  if (!enabled) return []
  const isMeant = (text: string): boolean => text.toLowerCase().includes(name.toLowerCase())
  const things: readonly (readonly [id: string, label: string, icon: IconName, onClick: () => void])[] = [
    ...(deployments.data?.items ?? [])
      .filter(({ project, config, releaseId }) => isMeant(`${project} › ${config} ${releaseId}`))
      .slice(0, most)
      .map(({ id, project, config, releaseId }) => {
        const label = `${project} › ${config} · ${releaseId}`
        return [id, label, 'deploys', () => go.toThing({ kind: 'deploys', id })] as const
      }),
    ...(executions.data?.items ?? []).map(({ arn }) => {
      const id = arn.split(':').slice(-2).join(':')
      return [arn, id, 'executions', () => go.toThing({ kind: 'executions', id })] as const
    }),
    ...(machines.data?.items ?? [])
      .filter((machine) => isMeant(machine.name))
      .slice(0, most)
      .map(({ arn, name: machine }) => {
        const label = t('shell.foundMachine', { machine })
        return [arn, label, 'machines', () => go.toThing({ kind: 'machines', id: machine })] as const
      }),
    ...(hosts.data?.items ?? [])
      .filter((host) => isMeant(host.name))
      .slice(0, most)
      .map(({ id, name: host }) => {
        const label = t('shell.foundHost', { host })
        return [id, label, 'hosts', () => go.toThing({ kind: 'hosts', id: host })] as const
      }),
  ]
  return things.map(([id, label, icon, onClick]) => ({
    ...{ id: `found ${id}`, label, onClick, keywords: query },
    leftSection: <Icon name={icon} />,
  }))
}
