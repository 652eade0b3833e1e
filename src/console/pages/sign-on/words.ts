import type { Section } from '../../words/entry.ts'

export const signOnWords = {
  title: { en: 'Signing in', ja: 'サインイン中' },
  failed: { en: 'You are not signed in', ja: 'サインインできませんでした' },
  with: { en: 'Sign in with {{name}}', ja: '{{name}} でサインイン' },
  joinWith: { en: 'Join with {{name}}', ja: '{{name}} で参加' },
  opening: { en: 'Checking with your identity provider …', ja: 'ID プロバイダーに確認しています…' },
  again: { en: 'Back to the sign-in page', ja: 'サインインページに戻る' },
} as const satisfies Section
