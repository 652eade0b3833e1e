/** Why there is no passkey here, and where there would be. */
import { useWords } from '../../words/index.tsx'
import signIn from '../sign-in/sign-in.module.css'
import { placeOf } from './place.ts'

/** Whether a passkey can be asked for on this page. */
export const takesPasskeys = (): boolean => placeOf(location).kind === 'good' && 'PublicKeyCredential' in globalThis

/** `hash`: what stood behind `#`, where it was taken out of the address. */
export function WherePasskeys({ hash = '' }: { readonly hash?: string }) {
  const { t } = useWords()
  const place = placeOf(location)
  if (place.kind === 'address' && place.instead !== undefined) {
    const { instead } = place
    return (
      <p className={signIn['quiet']}>
        {t('passkey.needsName')}{' '}
        <a href={`${instead}${location.pathname}${location.search}${hash}`}>{instead.replace('http://', '')}</a>
      </p>
    )
  }
  const says = {
    address: 'passkey.needsNameElsewhere',
    plain: 'passkey.needsHttps',
    good: 'passkey.unsupported',
  } as const
  return takesPasskeys() ? null : <p className={signIn['quiet']}>{t(says[place.kind])}</p>
}
