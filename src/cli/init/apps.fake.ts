/** Apps as they lie in folders, for the tests of `init`. */
import type { AppFiles } from './app-files.ts'

type Parts = {
  readonly folder?: string
  readonly remote?: string
  readonly isItsTop?: boolean
  /** Package.json as an object; other files as text. What ends in a source's name is read as a source too. */
  readonly files: Readonly<Record<string, unknown>>
}

export function app({ folder = 'shop', remote, isItsTop = true, files }: Parts): AppFiles {
  const texts = Object.entries(files).map(
    ([name, content]) => [name, typeof content === 'string' ? content : JSON.stringify(content)] as const,
  )
  return {
    folder,
    names: new Set(texts.map(([name]) => name.split('/')[0] ?? name)),
    texts: new Map(texts),
    sources: new Map(texts.filter(([name]) => /\.[cm]?[jt]s$/.test(name))),
    repository:
      remote === undefined
        ? undefined
        : { config: `[core]\n[remote "origin"]\n\turl = ${remote}\n\tfetch = +x\n`, isItsTop },
  }
}

const listening = "import { createServer } from 'node:http'\ncreateServer(answer).listen(process.env.PORT ?? 3000)\n"
const lock = { 'package-lock.json': {} }

/** One of each kind. Every one of them must become a release file that the deployer takes. */
export const apps = {
  'a script': app({
    remote: 'git@github.com:Acme/Shop.git',
    files: {
      'package.json': { name: 'shop', scripts: { start: 'node server.js' }, dependencies: { fastify: '^5' } },
      ...lock,
      'server.js': `${listening}app.get('/health', ok)\n`,
    },
  }),
  'a build': app({
    remote: 'https://gitlab.com/acme/web/shop.git',
    files: {
      'package.json': {
        name: '@acme/shop',
        scripts: { build: 'tsc', start: 'NODE_ENV=production PORT=3000 node dist/main.js' },
        dependencies: { express: '^5' },
        devDependencies: { typescript: '^6' },
      },
      ...lock,
      'src/main.ts': 'app.listen(3000)\n',
    },
  }),
  'a Procfile': app({
    folder: 'Shop App',
    files: {
      'package.json': { scripts: { start: 'next start' }, dependencies: { next: '^16' } },
      'yarn.lock': '',
      Procfile: '# processes\nweb: npm start\nmail_worker: node worker.js --queue mail\nrelease: node migrate.js\n',
      '.env.example':
        '# where\nDATABASE_URL=postgres://shop:hunter2@localhost/shop\nexport SESSION_KEY=abc\nPORT=3000\n',
      '.env': 'DATABASE_URL=postgres://real',
    },
  }),
  'a Procfile without package.json': app({
    files: { Procfile: 'web: gunicorn shop:app\nclock: python clock.py | tee log\n' },
  }),
  'a Dockerfile': app({
    files: {
      Dockerfile: [
        'FROM node:22 AS build',
        'CMD ["npm", "test"]',
        'FROM node:22',
        'ENV NODE_ENV=production LEVEL="very verbose" PORT=8080',
        'EXPOSE 8080/tcp',
        'USER node',
        'HEALTHCHECK --interval=5s \\',
        '  CMD curl -f http://localhost:8080/readyz || exit 1',
        'ENTRYPOINT ["node", "server.js"]',
        'CMD ["--name", "a shop"]',
      ].join('\n'),
    },
  }),
  'a shell line': app({
    files: {
      'package.json': { name: 'shop', scripts: { start: 'node migrate.js && node server.js' } },
      'server.js': listening,
    },
  }),
  'json-server': app({
    files: { 'package.json': { dependencies: { 'json-server': '^0.17.4' } }, ...lock, 'db.json': {} },
  }),
  'json-server with a script': app({
    files: {
      'package.json': {
        scripts: { start: 'npx json-server --watch data.json -p 4000' },
        dependencies: { 'json-server': '1' },
      },
    },
  }),
  verdaccio: app({ files: { 'package.json': { dependencies: { verdaccio: '6.10.3' } }, ...lock } }),
  'node-red': app({
    files: {
      'package.json': { dependencies: { 'node-red': '5.0.6' } },
      'package-lock.json': { packages: { 'node_modules/node-red': { engines: { node: '>=22.9' } } } },
    },
  }),
  n8n: app({
    files: { 'package.json': { scripts: { start: 'n8n start' }, dependencies: { n8n: '1' } }, 'pnpm-lock.yaml': '' },
  }),
  'a program of the development dependencies': app({
    files: {
      'package.json': { scripts: { start: 'tsx server.ts' }, devDependencies: { tsx: '4' } },
      ...lock,
      'server.ts': listening,
    },
  }),
  'a server for developers': app({
    files: {
      'package.json': { scripts: { start: 'nodemon server.js' }, dependencies: { nodemon: '3' } },
      'bun.lock': '',
    },
  }),
  'hostile names': app({
    folder: '../..; rm -rf',
    remote: 'https://example.com/Ünïcode org/#name: "x".git',
    files: {
      'package.json': {
        name: '@--/__',
        main: 'server.js',
        scripts: { start: 'node "a: b.js" \'# c\'' },
        engines: { node: '>=20' },
      },
    },
  }),
} as const satisfies Readonly<Record<string, AppFiles>>
