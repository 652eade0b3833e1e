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
  closed: { en: 'closed', ja: 'デプロイ停止中' },
  underWay: { en: 'a deployment is under way', ja: 'デプロイ中' },
  deployment: { en: 'deployment {{id}}', ja: 'デプロイ {{id}}' },
  owner: { en: 'Who', ja: '名前' },
  reason: { en: 'Reason', ja: '理由' },
  reasonHint: { en: 'Told to whoever tries to deploy.', ja: 'デプロイしようとした人に表示されます。' },
  taken: { en: 'since', ja: '開始' },
  opensItself: { en: 'opens by itself', ja: '自動解除' },
  open: { en: 'Unlock', ja: '解除' },
  break: { en: 'Break …', ja: '強制解除…' },
  breakTitle: { en: 'Break the lock of {{place}}?', ja: '{{place}} のロックを強制解除しますか？' },
  breakMeans: {
    en: 'Deployments may begin there at once. That you broke it, and why, stays in the audit trail.',
    ja: '直ちにデプロイできるようになります。強制解除した人と理由は監査証跡に残ります。',
  },
  why: { en: 'Why it may be opened', ja: '解除する理由' },
  close: { en: 'Lock a place', ja: 'ロックする' },
  closeTitle: { en: 'Lock a place against deployments', ja: 'デプロイを止める環境' },
  closeMeans: {
    en: 'Nobody can begin a deployment or a rollback there until it opens. One that is under way goes on, and can be halted.',
    ja: '解除されるまで新しいデプロイとロールバックは開始できません。進行中のデプロイは続行され、停止もできます。',
  },
  length: { en: 'For how long', ja: '期間' },
  for_1h: { en: 'an hour', ja: '1 時間' },
  for_8h: { en: '8 hours', ja: '8 時間' },
  for_24h: { en: 'a day', ja: '1 日' },
  for_7d: { en: 'a week', ja: '1 週間' },
} as const satisfies Section
