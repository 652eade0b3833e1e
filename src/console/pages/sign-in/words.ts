import type { Section } from '../../words/entry.ts'

export const signInWords = {
  title: { en: 'Sign in', ja: 'サインイン' },
  opening: { en: 'Signing you in …', ja: 'サインインしています…' },
  login: { en: 'Name', ja: 'ユーザー名' },
  password: { en: 'Password', ja: 'パスワード' },
  show: { en: 'Show or hide what is typed', ja: '入力内容の表示／非表示' },
  next: { en: 'Continue', ja: '続ける' },
  as: { en: 'Signing in as {{login}}', ja: '{{login}} としてサインインします' },
  totp: { en: 'Six digits', ja: '6 桁の確認コード' },
  totpHint: { en: 'What your authenticator shows now.', ja: '認証アプリに今表示されている数字です。' },
  recoveryCode: { en: 'Recovery code', ja: 'リカバリーコード' },
  recoveryCodeHint: {
    en: 'One of the ten that you kept when you joined. Each is good once.',
    ja: '登録時に保管した 10 個のうちの 1 つです。それぞれ一度だけ使えます。',
  },
  useRecovery: { en: 'Use a recovery code', ja: 'リカバリーコードを使う' },
  useTotp: { en: 'Use the authenticator', ja: '認証アプリを使う' },
  another: { en: 'Another name', ja: '別のユーザーで' },
  reason_refused: {
    en: 'The name and the password do not belong together. Whoever has forgotten it asks an admin for a new link.',
    ja: 'ユーザー名またはパスワードが正しくありません。忘れた場合は管理者に新しいリンクを依頼してください。',
  },
  reason_code: {
    en: 'This code is not right, or was used before. Take the next one that is shown.',
    ja: 'コードが正しくないか、すでに使われています。次に表示されるコードを入力してください。',
  },
  reason_over: {
    en: 'Too much time has passed since the password. Please begin again.',
    ja: '時間切れです。もう一度パスワードから入力してください。',
  },
  reason_wait: {
    en: 'Too many attempts under this name have failed. The next one is possible in {{wait}}.',
    ja: 'サインインの失敗が続いたため、しばらく待つ必要があります。あと {{wait}} で再試行できます。',
  },
  reason_many: {
    en: 'Too many attempts were made from your network. The next one is possible in {{wait}}.',
    ja: 'お使いのネットワークからの試行が多すぎるため、しばらく待つ必要があります。あと {{wait}} で再試行できます。',
  },
  reason_recovery: {
    en: 'The name and the recovery code do not open anything together. Whoever has a password gives that first.',
    ja: 'ユーザー名とリカバリーコードの組み合わせが正しくありません。パスワードをお持ちの方は、先にパスワードを入力してください。',
  },
  reason_signOn: {
    en: 'Your identity provider did not let you in, or this address was opened before. Begin again on the sign-in page; if it happens again, an admin finds the reason in the log of the server.',
    ja: 'ID プロバイダーで許可されなかったか、このアドレスはすでに使用されています。サインインページからやり直してください。繰り返し失敗する場合は、管理者がサーバーのログで理由を確認できます。',
  },
  reason_provider: {
    en: 'Your identity provider does not answer as it should. Please try again later; the log of the server says why.',
    ja: 'ID プロバイダーから正しい応答がありません。しばらくしてからもう一度お試しください。理由はサーバーのログで確認できます。',
  },
  otherWays: { en: 'With a recovery code, a link or a token', ja: 'リカバリーコード、リンク、トークンでサインイン' },
  lostPasskey: {
    en: 'Without your passkey, with one of the ten codes that you kept when you joined:',
    ja: 'パスキーが手元にない場合は、登録時に保管した 10 個のコードの 1 つを使います：',
  },
  nameOfCode: { en: 'Your name here', ja: 'あなたのユーザー名' },
  withCode: { en: 'Sign in with the code', ja: 'コードでサインインする' },
  byLink: {
    en: 'A one-time link, on the machine where Holdfast runs:',
    ja: 'Holdfast が動いているマシンで次を実行すると、ワンタイムリンクが表示されます。',
  },
  token: { en: 'Token', ja: 'トークン' },
  tokenHint: {
    en: 'Begins with hf_. The first one stands in the file admin-token of the data folder.',
    ja: 'hf_ で始まります。最初のトークンはデータフォルダの admin-token ファイルにあります。',
  },
  withToken: { en: 'Sign in with the token', ja: 'トークンでサインインする' },
  submit: { en: 'Sign in', ja: 'サインインする' },
} as const satisfies Section
