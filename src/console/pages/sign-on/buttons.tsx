/** One button for each identity provider; nothing where there is none. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi } from '../../api/context.tsx'
import { useWords } from '../../words/index.tsx'
import { Refusal } from '../sign-in/refusal.tsx'

export type SignOnButtonsProps = {
  /** Path of the console to go to afterwards. */
  readonly from?: string | undefined
  /** Of an invitation: the account becomes that of whoever it invites. */
  readonly joinCode?: string
}

export function SignOnButtons({ from, joinCode }: SignOnButtonsProps) {
  const { t } = useWords()
  const { client } = useApi()
  const [error, setError] = useState<unknown>()
  const [going, setGoing] = useState<string>()
  const { data } = useQuery({
    queryKey: ['sign-on'],
    queryFn: ({ signal }) => client.call('signOnProviders', {}, signal),
  })
  const go = async (provider: string): Promise<void> => {
    setGoing(provider)
    setError(undefined)
    const whereTo = { ...(from === undefined ? {} : { from }), ...(joinCode === undefined ? {} : { joinCode }) }
    try {
      const { url } = await client.call('signOnBegin', { body: { provider, ...whereTo } })
      location.assign(url)
    } catch (fault) {
      setError(fault)
      setGoing(undefined)
    }
  }
  return (
    <>
      {error === undefined ? null : <Refusal error={error} />}
      {(data?.items ?? []).map(({ id, name }) => (
        <Button key={id} size="sm" variant="default" disabled={going !== undefined} onClick={() => void go(id)}>
          {t(joinCode === undefined ? 'signOn.with' : 'signOn.joinWith', { name })}
        </Button>
      ))}
    </>
  )
}
