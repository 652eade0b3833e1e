/** What every page may ask for: the API, the live connection, what was read. Built once in main.tsx. */
import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useRef, useSyncExternalStore } from 'react'
import type { AnswerOf, ApiFault, Client, OperationName, RequestOf } from './client.ts'
import { operations } from './generated.ts'
import type { Live, LiveState, Topic } from './live.ts'

export type Api = { readonly client: Client; readonly live: Live }

const ApiContext = createContext<Api | undefined>(undefined)

export function ApiProvider({ api, children }: { readonly api: Api; readonly children: ReactNode }) {
  return <ApiContext value={api}>{children}</ApiContext>
}

export function useApi(): Api {
  const api = use(ApiContext)
  if (api === undefined) throw new Error('outside of ApiProvider')
  return api
}

/** What an operation is about: the first word of its path. All that is read of it is read anew when something happened to it. */
export const subjectOf = (name: OperationName): string => operations[name][1].split('/')[2] ?? ''

/** An answer, kept current. `enabled: false` asks nothing; `everyMs` is for what changes without a record in the trail. */
export function useAnswer<Name extends OperationName>(
  name: Name,
  request: RequestOf<Name>,
  { enabled = true, everyMs }: { readonly enabled?: boolean; readonly everyMs?: number } = {},
) {
  const { client } = useApi()
  return useQuery<AnswerOf<Name>, ApiFault>({
    queryKey: [subjectOf(name), name, request],
    // No answer is one, too: the cache takes null for it, and whoever may get none looks for both.
    queryFn: async ({ signal }) => (await client.call(name, request, signal)) ?? (null as unknown as AnswerOf<Name>),
    enabled,
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
  })
}

/** Something that changes: afterwards what it is about is read anew. */
export function useAct<Name extends OperationName>(name: Name, also: readonly string[] = []) {
  const { client } = useApi()
  const queries = useQueryClient()
  return useMutation<AnswerOf<Name>, ApiFault, RequestOf<Name>>({
    mutationFn: (request) => client.call(name, request),
    onSettled: () => refresh(queries, [subjectOf(name), ...also]),
  })
}

export async function refresh(queries: QueryClient, subjects: readonly string[]): Promise<void> {
  await Promise.all(subjects.map((subject) => queries.invalidateQueries({ queryKey: [subject] })))
}

/** Follows while it is shown; `undefined` follows nothing. */
export function useTopic(
  topic: Topic | undefined,
  { underneath = false }: { readonly underneath?: boolean } = {},
): void {
  const { live } = useApi()
  const current = useRef(topic)
  current.current = topic
  const path = topic?.path
  useEffect(() => {
    if (path === undefined) return undefined
    const told: Topic = {
      path,
      onEvent: (event) => current.current?.onEvent(event),
      onReturn: () => current.current?.onReturn?.(),
      onEnd: () => current.current?.onEnd?.(),
    }
    return live.follow(told, { underneath })
  }, [live, path, underneath])
}

export function useLiveState(): LiveState {
  const { live } = useApi()
  return useSyncExternalStore(live.subscribe, () => live.state)
}
