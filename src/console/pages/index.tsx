/** Every page and its address. A new page adds its route here, and its group to shell/navigation.ts. */
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type ErrorComponentProps,
} from '@tanstack/react-router'
import { Empty } from '../parts/empty.tsx'
import { ProblemBox } from '../parts/problem.tsx'
import { Frame } from '../shell/frame.tsx'
import { type Book, type LaterSection, useWords } from '../words/index.tsx'
import { accessSearch } from './access/search.ts'
import { auditSearch } from './audit/search.ts'
import { deploySearch, deploysSearch } from './deploys/search.ts'
import { executionSearch, executionsSearch } from './executions/search.ts'
import { hostSearch, hostsSearch } from './hosts/search.ts'
import { machineEditSearch, machineSearch, machinesSearch } from './machines/search.ts'
import { peopleSearch } from './people/search.ts'
import { SignInPage } from './sign-in/sign-in.tsx'

/** A folder's code comes when its page is opened, or pointed at. */
const page = lazyRouteComponent

/** What such a page says comes with it: its own words, and those of the folders that it shows parts of. */
const saying = (...sections: readonly LaterSection[]) => ({
  loader: ({ context }: { readonly context: { readonly words: Book } }) => context.words.load(sections),
  staleTime: Infinity,
})

const root = createRootRouteWithContext<{ readonly words: Book }>()({
  component: Outlet,
  notFoundComponent: Missing,
  errorComponent: Broke,
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: SignInPage,
  validateSearch: (search: Record<string, unknown>): { readonly from?: string } =>
    typeof search['from'] === 'string' ? { from: search['from'] } : {},
})

const signOn = createRoute({
  getParentRoute: () => root,
  path: '/sign-on',
  component: page(() => import('./sign-on/sign-on.tsx'), 'SignOnPage'),
})

const join = createRoute({
  getParentRoute: () => root,
  ...saying('join'),
  path: '/join',
  component: page(() => import('./join/join.tsx'), 'JoinPage'),
})

const frame = createRoute({ getParentRoute: () => root, id: 'frame', component: Frame })
const inFrame = { getParentRoute: () => frame }

const overview = createRoute({
  ...inFrame,
  ...saying('deploy'),
  path: '/',
  component: page(() => import('./overview/overview.tsx'), 'OverviewPage'),
})
const deploys = createRoute({
  ...inFrame,
  ...saying('deploy'),
  path: '/deploys',
  component: page(() => import('./deploys/deploys.tsx'), 'DeploysPage'),
  validateSearch: deploysSearch,
})
const deploy = createRoute({
  ...inFrame,
  ...saying('deploy', 'execution', 'audit'),
  path: '/deploys/$id',
  component: page(() => import('./deploys/deploy.tsx'), 'DeployPage'),
  validateSearch: deploySearch,
})
const executions = createRoute({
  ...inFrame,
  ...saying('execution'),
  path: '/executions',
  component: page(() => import('./executions/executions.tsx'), 'ExecutionsPage'),
  validateSearch: executionsSearch,
})
const execution = createRoute({
  ...inFrame,
  ...saying('execution'),
  path: '/executions/$execution',
  component: page(() => import('./executions/execution.tsx'), 'ExecutionPage'),
  validateSearch: executionSearch,
})
const hosts = createRoute({
  ...inFrame,
  ...saying('host'),
  path: '/hosts',
  validateSearch: hostsSearch,
  component: page(() => import('./hosts/hosts.tsx'), 'HostsPage'),
})
const host = createRoute({
  ...inFrame,
  ...saying('host'),
  path: '/hosts/$host',
  component: page(() => import('./hosts/host.tsx'), 'HostPage'),
  validateSearch: hostSearch,
})
const machines = createRoute({
  ...inFrame,
  ...saying('machine'),
  path: '/machines',
  component: page(() => import('./machines/machines.tsx'), 'MachinesPage'),
  validateSearch: machinesSearch,
})
const machine = createRoute({
  ...inFrame,
  ...saying('machine'),
  path: '/machines/$machine',
  component: page(() => import('./machines/machine.tsx'), 'MachinePage'),
  validateSearch: machineSearch,
})
const machineEdit = createRoute({
  ...inFrame,
  ...saying('machine', 'execution'),
  path: '/machines/$machine/edit',
  component: page(() => import('./machines/editor/editor.tsx'), 'MachineEditorPage'),
  validateSearch: machineEditSearch,
})
const locks = createRoute({
  ...inFrame,
  ...saying('lock'),
  path: '/locks',
  component: page(() => import('./locks/locks.tsx'), 'LocksPage'),
})
const access = createRoute({
  ...inFrame,
  ...saying('access'),
  path: '/access',
  component: page(() => import('./access/access.tsx'), 'AccessPage'),
  validateSearch: accessSearch,
})
const people = createRoute({
  ...inFrame,
  ...saying('people'),
  path: '/people',
  component: page(() => import('./people/people.tsx'), 'PeoplePage'),
  validateSearch: peopleSearch,
})
const account = createRoute({
  ...inFrame,
  ...saying('account'),
  path: '/account',
  component: page(() => import('./account/account.tsx'), 'AccountPage'),
})
const login = createRoute({
  ...inFrame,
  ...saying('login'),
  path: '/login',
  component: page(() => import('./login/login.tsx'), 'LoginPage'),
  validateSearch: (search: Record<string, unknown>): { readonly code?: string } =>
    typeof search['code'] === 'string' ? { code: search['code'] } : {},
})
const record = createRoute({
  ...inFrame,
  ...saying('audit'),
  path: '/audit/$seq',
  component: page(() => import('./audit/record-page.tsx'), 'RecordPage'),
})
const audit = createRoute({
  ...inFrame,
  ...saying('audit'),
  path: '/audit',
  component: page(() => import('./audit/audit.tsx'), 'AuditPage'),
  validateSearch: auditSearch,
})

export const createPages = (words: Book) =>
  createRouter({
    context: { words },
    routeTree: root.addChildren([
      signIn,
      signOn,
      join,
      frame.addChildren([
        overview,
        deploys,
        deploy,
        executions,
        execution,
        machines,
        machine,
        machineEdit,
        hosts,
        host,
        locks,
        access,
        people,
        account,
        login,
        audit,
        record,
      ]),
    ]),
    defaultPreload: 'intent',
    scrollRestoration: true,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPages>
  }
}

function Missing() {
  const { t } = useWords()
  return <Empty title={t('shell.missing')}>{t('shell.missingHint')}</Empty>
}

function Broke({ error, reset }: ErrorComponentProps) {
  return <ProblemBox error={error} onRetry={reset} />
}
