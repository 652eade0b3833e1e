import type { Section } from '../../words/entry.ts'

export const lockWords = {
  title: { en: 'Locks', ja: 'ロック' },
  answer: { en: '{{count}} held now', ja: '現在 {{count}} 件' },
  none: { en: 'Nothing is locked', ja: 'ロックはありません' },
  emptyHint: {
    en: 'A deployment locks its place while it is under way; a person closes a place against deployments, with a reason:',
    ja: 'デプロイ中はその環境がロックされます。理由を付けて手動でデプロイを止めることもできます。',
  },
  place: { en: 'Project › config', ja: 'プロジェクト › 環境' },
  kind: { en: 'Held by', ja: '保持者' },
  kind_person: { en: 'a person', ja: '担当者' },
  kind_deployment: { en: 'a deployment', ja: 'デプロイ' },
  owner: { en: 'Who', ja: '名前' },
  reason: { en: 'Reason', ja: '理由' },
  taken: { en: 'Since', ja: '開始' },
  expires: { en: 'Until', ja: '期限' },
  open: { en: 'Open it', ja: '解除' },
  openTitle: { en: 'Open {{place}} for deployments?', ja: '{{place}} のロックを解除しますか？' },
  openHint: {
    en: '{{owner}} closed it: {{reason}}. Opening it is kept in the audit trail with your reason.',
    ja: '{{owner}} がロックしています（{{reason}}）。解除の理由は監査証跡に残ります。',
  },
  why: { en: 'Why it may be opened', ja: '解除する理由' },
} as const satisfies Section
