import type { Section } from '../../words/entry.ts'

export const auditWords = {
  title: { en: 'Audit', ja: '監査' },
  says: {
    en: 'Who did what to what, each record chained to the one before',
    ja: '誰が何に対して何をしたか。各記録は前の記録と連鎖しています',
  },
  search: { en: 'Done to (an id)', ja: '対象の ID' },
  actor: { en: 'Done by (an id)', ja: '実行者の ID' },
  execution: { en: 'In execution (an ARN)', ja: '実行の ARN' },
  action: { en: 'Action', ja: '操作' },
  anyAction: { en: 'Any action', ja: 'すべての操作' },
  seq: { en: 'No.', ja: '番号' },
  at: { en: 'When', ja: '日時' },
  who: { en: 'Who', ja: '実行者' },
  what: { en: 'Action', ja: '操作' },
  subject: { en: 'Done to', ja: '対象' },
  record: { en: 'Record {{seq}}', ja: '記録 {{seq}}' },
  change: { en: 'What changed', ja: '変更内容' },
  noChange: { en: 'Nothing besides the action itself.', ja: '操作以外の変更はありません。' },
  via: { en: 'via {{via}}', ja: '{{via}} 経由' },
  cause: { en: 'Because of', ja: '原因' },
  hash: { en: 'Hash', ja: 'ハッシュ' },
  previous: { en: 'Hash before', ja: '直前のハッシュ' },
  verify: { en: 'Verify the chain', ja: 'チェーンを検証' },
  export: { en: 'Export', ja: 'エクスポート' },
  holds: {
    en: 'The chain holds: {{checked}} records, {{heads}} signed heads, signed through {{signed}}',
    ja: 'チェーンは正常です：記録 {{checked}} 件、署名 {{heads}} 件、{{signed}} 番まで署名済み',
  },
  unsealed: { en: '{{count}} not sealed yet', ja: '未封印 {{count}} 件' },
  broken: {
    en: 'The chain breaks at record {{seq}}: {{detail}}',
    ja: '記録 {{seq}} でチェーンが壊れています：{{detail}}',
  },
  noneTitle: { en: 'No record matches', ja: '一致する記録はありません' },
  noneHint: {
    en: 'Everything that changes something leaves a record here.',
    ja: '変更を伴う操作はすべてここに記録されます。',
  },
} as const satisfies Section
