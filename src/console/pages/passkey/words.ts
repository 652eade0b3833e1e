import type { Section } from '../../words/entry.ts'

export const passkeyWords = {
  signIn: { en: 'Sign in with a passkey', ja: 'パスキーでサインイン' },
  needsName: {
    en: 'Passkeys do not work at an IP address. On this machine, open the same page as',
    ja: 'IP アドレスではパスキーを使えません。このマシンでは次のアドレスで開いてください：',
  },
  needsNameElsewhere: {
    en: 'Passkeys do not work at an IP address: open the console by its https address.',
    ja: 'IP アドレスではパスキーを使えません。コンソールを https のホスト名で開いてください。',
  },
  needsHttps: {
    en: 'Passkeys need an encrypted connection: open the console by its https address.',
    ja: 'パスキーには暗号化された接続が必要です。コンソールを https のアドレスで開いてください。',
  },
  unsupported: { en: 'This browser takes no passkeys.', ja: 'このブラウザーはパスキーに対応していません。' },
  fault_cancelled: {
    en: 'The passkey was not used: it was given up, or took too long.',
    ja: 'パスキーは使用されませんでした。操作がキャンセルされたか、時間切れです。',
  },
  fault_known: {
    en: 'This device has a passkey of yours already.',
    ja: 'このデバイスには、すでにあなたのパスキーがあります。',
  },
  fault_unable: {
    en: 'This device cannot: a passkey has to ask for PIN, fingerprint or face.',
    ja: 'このデバイスでは作成できません。PIN・指紋・顔のいずれかで本人を確認できる必要があります。',
  },
  fault_address: { en: 'Passkeys do not work at this address.', ja: 'このアドレスではパスキーを使えません。' },
  fault_failed: {
    en: 'The browser could not use a passkey. Please try again.',
    ja: 'ブラウザーでパスキーを処理できませんでした。もう一度お試しください。',
  },
  refused: {
    en: 'This passkey opens nothing here, or not under the name above. Try another one, or sign in another way.',
    ja: 'このパスキーではサインインできません。上のユーザー名のものではない可能性もあります。別のパスキーまたは別の方法をお試しください。',
  },
  invalid: {
    en: 'This passkey could not be taken. Please begin again.',
    ja: 'このパスキーは登録できませんでした。もう一度最初からお試しください。',
  },
  stale: {
    en: 'For this you must have signed in within the last quarter of an hour.',
    ja: 'この操作には、15 分以内のサインインが必要です。',
  },
  signInAgain: { en: 'Sign in again', ja: 'サインインし直す' },
  last: {
    en: 'This is the last way in which you sign in here. Add another passkey first.',
    ja: 'ここにサインインできる最後の手段です。先に別のパスキーを追加してください。',
  },
} as const satisfies Section
