import type { Section } from '../../words/entry.ts'

export const signInWords = {
  title: { en: 'Sign in', ja: 'サインイン' },
  opening: { en: 'Signing you in …', ja: 'サインインしています…' },
  byLink: {
    en: 'The quickest way is a one-time link. On the machine where Holdfast runs:',
    ja: '最も簡単なのはワンタイムリンクです。Holdfast が動いているマシンで次を実行してください。',
  },
  byToken: { en: 'Or with a token', ja: 'またはトークンでサインイン' },
  token: { en: 'Token', ja: 'トークン' },
  tokenHint: {
    en: 'Begins with hf_. The first one stands in the file admin-token of the data folder.',
    ja: 'hf_ で始まります。最初のトークンはデータフォルダの admin-token ファイルにあります。',
  },
  submit: { en: 'Sign in', ja: 'サインインする' },
} as const satisfies Section
