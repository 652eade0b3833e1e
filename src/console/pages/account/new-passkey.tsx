/** One more passkey: a name for it, then the authenticator is asked. */
import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { refresh, useApi } from '../../api/context.tsx'
import { makePasskey } from '../../api/passkey.ts'
import details from '../../parts/details.module.css'
import { useWords } from '../../words/index.tsx'
import { browserOf } from '../access/standing.ts'
import { PasskeyRefusal } from '../passkey/refusal.tsx'

export function NewPasskeyDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords()
  const [name, setName] = useState(() => browserOf(navigator.userAgent) ?? '')
  const { add, error, isBusy } = useAdding(onClose)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void add(name.trim())
  }
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('account.addPasskey')}
      closeButtonProps={{ 'aria-label': t('part.close') }}
    >
      <form className={details['details']} onSubmit={submit}>
        <TextInput
          data-autofocus
          label={t('account.name')}
          description={t('account.passkeyNameHint')}
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <p className={details['say']}>{t('account.addPasskeySays', { address: location.hostname })}</p>
        {error === undefined ? null : <PasskeyRefusal error={error} />}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            {t('part.cancel')}
          </Button>
          <Button type="submit" disabled={name.trim() === ''} loading={isBusy}>
            {t('account.makePasskey')}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}

function useAdding(onAdded: () => void) {
  const { client } = useApi()
  const queries = useQueryClient()
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const add = async (name: string): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      const credential = await makePasskey(await client.call('ownPasskeyBegin', {}))
      await client.call('ownPasskeyAdd', { body: { name, credential } })
      await refresh(queries, ['me', 'people'])
      onAdded()
    } catch (fault) {
      setError(fault)
    } finally {
      setBusy(false)
    }
  }
  return { add, error, isBusy }
}
