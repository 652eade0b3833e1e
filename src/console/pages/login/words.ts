import type { Section } from '../../words/entry.ts'

export const loginWords = {
  title: { en: 'A command line asks to act as you', ja: 'コマンドラインがあなたとして操作しようとしています' },
  compare: {
    en: 'Say yes only if you have just run holdfast login yourself, and it shows this code:',
    ja: '自分で今 holdfast login を実行し、同じコードが表示されている場合だけ許可してください。',
  },
  on: { en: 'On', ja: '実行元' },
  until: { en: 'Ends', ja: '期限' },
  gets: {
    en: 'It gets a token that may what you may, for 90 days.',
    ja: '許可すると、あなたと同じ権限を持つトークンが 90 日間有効になります。',
  },
  allow: { en: 'Let it act as me', ja: '許可する' },
  refuse: { en: 'Refuse', ja: '拒否する' },
  allowed: { en: 'Done. Go back to your terminal.', ja: '許可しました。ターミナルに戻ってください。' },
  refused: { en: 'Refused. It gets nothing.', ja: '拒否しました。トークンは発行されません。' },
  close: { en: 'This page can be closed.', ja: 'このページは閉じてかまいません。' },
  over: { en: 'Nothing waits under this code', ja: 'このコードで待機中のコマンドはありません' },
  overHint: {
    en: 'It was answered already, or its ten minutes are over. For another one, in your terminal:',
    ja: '回答済みか、10 分の期限が切れています。ターミナルで次を実行すると、新しいコードが表示されます。',
  },
  missing: { en: 'There is no code in this address', ja: 'アドレスにコードが含まれていません' },
  missingHint: {
    en: 'Open the link that holdfast login prints.',
    ja: 'holdfast login が表示するリンクを開いてください。',
  },
} as const satisfies Section
