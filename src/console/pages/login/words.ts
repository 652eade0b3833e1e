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
  missing: { en: 'No code', ja: 'コードがありません' },
  missingHint: {
    en: 'Open the link that holdfast login prints.',
    ja: 'holdfast login が表示するリンクを開いてください。',
  },
} as const satisfies Section
