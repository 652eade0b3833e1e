/** In place of what somebody may not see: what they would need, and what whoever can give it to them would type. */
import { useAnswer } from '../api/context.tsx'
import { commandToGive, type MayVerb } from '../api/may.ts'
import { useLack } from '../api/use-may.ts'
import { useWords } from '../words/index.tsx'
import { Empty } from './empty.tsx'
import { lackWords } from './lack.ts'

export function NotYours({ verb }: { readonly verb: MayVerb }) {
  const words = useWords()
  const { t } = words
  const session = useAnswer('sessionDescribe', {}).data
  const lack = useLack(verb)
  if (lack === undefined || lack === 'unknown') return null
  const command = commandToGive(lack, session?.login)
  return (
    <Empty title={t('part.notYours')} commands={command === undefined ? [] : [command]}>
      {t('part.sentence', { text: lackWords(lack, words) })}{' '}
      {t(command === undefined ? 'part.notYoursToken' : 'part.notYoursHint')}
    </Empty>
  )
}
