import type { Section } from '../../words/entry.ts'

export const joinWords = {
  title: { en: 'Join', ja: '参加' },
  welcome: { en: 'Welcome, {{name}}', ja: 'ようこそ、{{name}} さん' },
  step: { en: 'Step {{number}} of 3', ja: 'ステップ {{number}} / 3' },
  noCode: { en: 'This address is not whole', ja: 'アドレスが不完全です' },
  over: { en: 'This link was used already, or is over', ja: 'このリンクは使用済みか、期限が切れています' },
  overHint: {
    en: 'A link is good once, for three days, and a newer one takes its place. Ask an admin for another. Whoever has joined already signs in by name.',
    ja: 'リンクは 3 日間、一度だけ有効で、新しいリンクが発行されると無効になります。管理者に再発行を依頼してください。登録済みの方はユーザー名でサインインできます。',
  },
  passkey: { en: 'Join with a passkey', ja: 'パスキーで参加' },
  passkeySays: {
    en: 'Simplest with a passkey: fingerprint, face or PIN of this device, or a security key. Nothing to remember.',
    ja: 'パスキーがいちばん簡単です。このデバイスの指紋・顔・PIN、またはセキュリティキーを使い、覚えておくものはありません。',
  },
  passkeyName: { en: 'First passkey', ja: '最初のパスキー' },
  orPassword: { en: 'or with a password and an authenticator', ja: 'またはパスワードと認証アプリ' },
  passwordSays: {
    en: 'Choose a password. A few words that do not belong together are good ones; a password manager is better.',
    ja: 'パスワードを決めてください。無関係な単語をいくつか並べるか、パスワードマネージャーの利用をお勧めします。',
  },
  login: { en: 'You sign in as', ja: 'サインインに使うユーザー名' },
  password: { en: 'New password', ja: '新しいパスワード' },
  show: { en: 'Show or hide the password', ja: 'パスワードの表示／非表示' },
  rule_long: { en: 'at least twelve characters', ja: '12 文字以上' },
  rule_own: { en: 'more than your own name', ja: '自分の名前だけではない' },
  rule_guessed: { en: 'no row of signs or digits', ja: '記号や数字の羅列ではない' },
  next: { en: 'Continue', ja: '続ける' },
  scan: {
    en: 'Take this into an authenticator: it makes the six digits that you need each time you sign in.',
    ja: '認証アプリで読み取ってください。サインインのたびに必要な 6 桁のコードが表示されるようになります。',
  },
  qr: { en: 'QR code of the secret for your authenticator', ja: '認証アプリ用シークレットの QR コード' },
  onThisDevice: { en: 'Open an authenticator on this device', ja: 'この端末の認証アプリで開く' },
  byHand: { en: 'Or type it in by hand:', ja: 'または手入力：' },
  totp: { en: 'Six digits', ja: '6 桁の確認コード' },
  totpHint: { en: 'What the authenticator shows for Holdfast now.', ja: '認証アプリに今表示されている数字です。' },
  finish: { en: 'Finish', ja: '完了する' },
  back: { en: 'Another password', ja: 'パスワードを決め直す' },
  codes: { en: 'Recovery codes', ja: 'リカバリーコード' },
  codesSay: {
    en: 'You are in. Keep these recovery codes: they are shown this once.',
    ja: '登録が完了しました。リカバリーコードを保管してください。表示されるのは今回限りです。',
  },
  codesHint: {
    en: 'Each opens Holdfast once, with your password, when you have no authenticator at hand. Not beside the password, please.',
    ja: '認証アプリが使えないときに、パスワードと合わせてそれぞれ一度だけ使えます。パスワードとは別の場所に保管してください。',
  },
  codesHintPasskey: {
    en: 'Each opens Holdfast once, with your name alone, when you have no passkey at hand. Keep them as you keep a key.',
    ja: 'パスキーが使えないときに、ユーザー名だけでそれぞれ一度だけサインインできます。鍵と同じように大切に保管してください。',
  },
  copy: { en: 'Copy all ten', ja: '10 個すべてコピー' },
  download: { en: 'Save as a file', ja: 'ファイルに保存' },
  kept: { en: 'I have kept them', ja: '保管しました' },
  toOverview: { en: 'To the overview', ja: '概要へ進む' },
} as const satisfies Section
