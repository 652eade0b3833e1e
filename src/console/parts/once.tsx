/** A secret that is shown this once: to copy now, for nobody can show it again. */
import { useWords } from '../words/index.tsx'
import { Copy } from './copy.tsx'
import styles from './details.module.css'
import parts from './parts.module.css'

export function Once({ secret }: { readonly secret: string }) {
  const { t } = useWords()
  return (
    <div className={styles['once']}>
      <p>
        <strong>{t('part.once')}</strong>
      </p>
      <div className={parts['secret']}>
        <code>{secret}</code>
        <Copy text={secret} what={t('part.secret')} />
      </div>
    </div>
  )
}
