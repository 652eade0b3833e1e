import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, type OxlintOverride } from 'oxlint'
import { type Layer, type LayerTable, missingLayers } from './scripts/lint/layers.ts'

/**
 * The layer table, lowest first: a folder of src/ imports only what stands above it here, through its index.ts. It is law:
 * change it in a commit of its own, with the reason.
 */
const layerTable = {
  base: { purity: 'pure' },
  // re2js: regular expressions of JSONPath filters in linear time. Computation only: no imports, no clock, chance or I/O.
  asl: { purity: 'pure', packages: ['re2js'] },
  jsonata: { purity: 'guided' },
  // Cases of `asl test`: the command line runs them without a server, the engine for who edits a machine.
  rehearsal: { purity: 'guided' },
  store: { purity: 'guided' },
  // Secrets at rest: below every domain that keeps one.
  sealing: { purity: 'guided', only: ['base'] },
  audit: { purity: 'guided' },
  access: { purity: 'guided' },
  // The gate for addresses that somebody else chose: below everything that sends.
  outbound: { purity: 'guided', only: ['base'] },
  // What providers outside say about who somebody is: asks them through the gate, and hands it to access.
  identity: { purity: 'guided' },
  // Below what uses its secrets; a domain with verbs of its own, like access.
  connection: { purity: 'guided' },
  engine: { purity: 'guided' },
  aws: { purity: 'guided' },
  // Outlives control plane and agent, so it may stand on neither.
  edge: { purity: 'guided', only: ['base'] },
  // The agent of a machine: below server and app, which hand it clock, chance and environment.
  host: { purity: 'guided' },
  // Stands on the engine its machines run on, and on host and edge, which its deployers drive.
  deploy: { purity: 'guided' },
  // What an operator's tools read: watches the engine and reads the store, and the server hands it out.
  telemetry: { purity: 'guided' },
  server: { purity: 'guided' },
  // Runs in a browser and speaks HTTP only; of the program it takes what is pure. A page has a clock, and nobody to hand it in.
  console: { purity: 'free', only: ['base', 'asl'] },
  app: { purity: 'free' },
  cli: { purity: 'free' },
} satisfies LayerTable

const root = import.meta.dirname
const sourceRoot = join(root, 'src')
stopWhenTheTableForgets()

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'vitest'],
  jsPlugins: [join(root, 'scripts/lint/plugin.ts')],
  categories: { correctness: 'error' },
  rules: {
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'eslint/no-console': 'error',
    'eslint/no-empty': 'error',
    'eslint/no-eval': 'error',
    'eslint/no-var': 'error',
    'eslint/prefer-const': 'error',
    'eslint/eqeqeq': 'error',
    'eslint/max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    'eslint/max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    // Up to three, else an object; the language's hot paths take a fifth rather than make an object for each call.
    'eslint/max-params': ['error', { max: 5 }],
    // Refusing control characters in hostile input needs to name them.
    'eslint/no-control-regex': 'off',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/consistent-type-imports': [
      'error',
      { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
    ],
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/no-unnecessary-type-assertion': 'error',
    // False alarms by kind: code points are what is meant where a string is spread, a set is copied before it is changed
    // in the loop, and methods are compared or taken from prototypes where the language is fenced in.
    'typescript/no-misused-spread': 'off',
    'typescript/unbound-method': 'off',
    'unicorn/no-useless-spread': 'off',
  },
  overrides: [
    {
      files: ['src/**'],
      rules: { 'holdfast/layers': ['error', { sourceRoot, table: layerTable }] },
    },
    ...Object.entries(layerTable).map(([folder, layer]) => pureOverride(folder, layer)),
    {
      files: ['**/*.test.ts', '**/*.suite.ts', '**/*.fake.ts', 'test/**'],
      rules: {
        'holdfast/pure': 'off',
        'eslint/max-lines': 'off',
        'eslint/max-lines-per-function': 'off',
        // Assertions often stand in a named function of the test.
        'vitest/expect-expect': 'off',
        'typescript/no-base-to-string': 'off',
        'typescript/require-array-sort-compare': 'off',
        'typescript/restrict-template-expressions': 'off',
      },
    },
    {
      files: ['scripts/**', 'bench/**', 'test/**', 'bin/**', 'examples/**', '.ci/**'],
      rules: { 'eslint/no-console': 'off' },
    },
    {
      files: ['*.config.ts', '**/holdfast.config.ts', 'scripts/lint/plugin.ts', 'scripts/test-report.js'],
      rules: { 'import/no-default-export': 'off' },
    },
  ],
})

function pureOverride(folder: string, { purity, packages = [] }: Layer): OxlintOverride {
  return {
    files: [`src/${folder}/**`],
    rules: { 'holdfast/pure': purity === 'free' ? 'off' : ['error', { purity, packages }] },
  }
}

function stopWhenTheTableForgets(): void {
  const folders = readdirSync(sourceRoot, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  )
  const missing = missingLayers(layerTable, folders)
  if (missing.length === 0) return
  throw new Error(
    `src/${missing.join('/, src/')}/ is missing from the layer table in oxlint.config.ts: ` +
      'add it where it belongs, below everything it imports, in a commit that says why.',
  )
}
