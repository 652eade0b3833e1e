import { describe, expect, it } from 'vitest'
import { app, apps } from './apps.fake.ts'
import { describeApp, type Wishes } from './describe-app.ts'
import type { Findings } from './findings.ts'

function found(name: keyof typeof apps, wishes?: Wishes): Findings {
  const findings = describeApp(apps[name], wishes)
  if (findings === undefined) throw new Error(`nothing was found in ${name}`)
  return findings
}

/** The first service in short. */
function service(name: keyof typeof apps, wishes?: Wishes) {
  const [first] = found(name, wishes).services
  if (first === undefined) throw new Error('no service')
  return {
    command: first.command.value,
    instances: first.instances.value,
    health: first.healthPath?.value,
    port: first.port?.from,
    environment: Object.fromEntries([...first.environment].map(([variable, { value }]) => [variable, value])),
  }
}

const unknownsOf = (findings: Findings): string =>
  findings.unknowns.map(({ what, assumed }) => `${what}: ${assumed}`).join('\n')

describe('what starts an app', () => {
  it.each<[keyof typeof apps, string]>([
    ['a script', 'node server.js'],
    ['a build', 'node dist/main.js'],
    ['a Procfile', 'node_modules/.bin/next start --port $PORT'],
    ['a Procfile without package.json', 'gunicorn shop:app'],
    ['a Dockerfile', "node server.js --name 'a shop'"],
    ['a shell line', 'npm start'],
    ['json-server', 'node_modules/.bin/json-server --port $PORT --host 127.0.0.1 db.json'],
    ['json-server with a script', 'node_modules/.bin/json-server --port $PORT --host 127.0.0.1 --watch data.json'],
    [
      'verdaccio',
      'env XDG_CONFIG_HOME=$HOLDFAST_DATA XDG_DATA_HOME=$HOLDFAST_DATA node_modules/.bin/verdaccio --listen 127.0.0.1:$PORT',
    ],
    ['node-red', 'node_modules/.bin/node-red --port $PORT --userDir $HOLDFAST_DATA --define uiHost=127.0.0.1'],
    ['n8n', 'env N8N_PORT=$PORT N8N_USER_FOLDER=$HOLDFAST_DATA node_modules/.bin/n8n start'],
    ['a program of the development dependencies', 'node_modules/.bin/tsx server.ts'],
  ])('is found in %s, and fitted to a host', (name, command) => {
    expect(service(name).command).toBe(command)
  })

  it('is what the person says, before anything else', () => {
    expect(service('a Procfile', { command: 'node other.js' }).command).toBe('node other.js')
    expect(found('a Procfile', { command: 'node other.js' }).services.map(({ name }) => name)).toEqual([
      'web',
      'mail-worker',
    ])
  })

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['main', { 'package.json': { main: './lib/index.js' }, 'lib/index.js': '' }, 'node ./lib/index.js'],
    ['the one program of the package', { 'package.json': { bin: { shop: 'bin/shop.js' } } }, 'node bin/shop.js'],
    ['server.js, as npm does', { 'package.json': {}, 'server.js': '' }, 'node server.js'],
    [
      'a script that another one runs',
      {
        'package.json': {
          scripts: { start: 'npm run serve', serve: 'http-server dist' },
          dependencies: { 'http-server': '14' },
        },
      },
      'node_modules/.bin/http-server --port $PORT -a 127.0.0.1 dist',
    ],
    [
      'a flag in one word',
      { 'package.json': { scripts: { start: 'serve --listen=5000 dist' } } },
      'node_modules/.bin/serve --listen tcp://127.0.0.1:$PORT dist',
    ],
    ['variables before it', { 'package.json': { scripts: { start: 'cross-env A=1 node x.js' } } }, 'node x.js'],
    [
      'what npm must prepare',
      { 'package.json': { scripts: { prestart: 'node prepare.js', start: 'node x.js' } } },
      'npm start',
    ],
  ])('is found in %s', (_name, files, command) => {
    expect(describeApp(app({ files }))?.services[0]?.command.value).toBe(command)
  })

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['an empty folder', {}],
    ['a library', { 'package.json': { name: 'left-pad' } }],
    ['a package.json that is none', { 'package.json': '{"scripts": ' }],
    ['json-server without data', { 'package.json': { dependencies: { 'json-server': '1' } } }],
    ['a Procfile that only migrates', { Procfile: 'release: ./migrate' }],
  ])('is not made up for %s', (_name, files) => {
    expect(describeApp(app({ files }))).toBeUndefined()
  })
})

describe('its port', () => {
  it('is told with the line that reads it', () => {
    expect(service('a script').port).toBe('server.js:2 reads it')
    expect(service('verdaccio').port).toBe('the command passes it on')
  })

  it('is an open question when the source has one of its own', () => {
    expect(service('a build').port).toBeUndefined()
    expect(unknownsOf(found('a build'))).toContain('whether it can listen elsewhere than on 3000 (src/main.ts:1)')
  })

  it('is never a variable of the release file', () => {
    expect(service('a build').environment).toEqual({ NODE_ENV: 'production' })
    expect(found('a build').hints).toContain('PORT is set by the host, not by the command')
    expect(service('a Dockerfile').environment).toEqual({ NODE_ENV: 'production', LEVEL: 'very verbose' })
  })
})

describe('its health', () => {
  it.each<[keyof typeof apps, string | undefined]>([
    ['a script', '/health'],
    ['a Dockerfile', '/readyz'],
    ['verdaccio', '/-/ping'],
    ['json-server', '/'],
    ['a shell line', undefined],
  ])('of %s is asked at %s', (name, path) => {
    expect(service(name).health).toBe(path)
  })

  it('is an open question when no path is named', () => {
    expect(unknownsOf(found('a shell line'))).toContain('which path tells that it is healthy')
    expect(unknownsOf(found('a shell line', { healthPath: '/up' }))).not.toContain('which path')
  })
})

describe('its build', () => {
  it.each<[keyof typeof apps, string | undefined]>([
    ['a script', 'npm ci --omit=dev'],
    ['a build', 'npm ci && npm run build'],
    ['a Procfile', 'yarn install --frozen-lockfile --production'],
    ['n8n', 'pnpm install --frozen-lockfile --prod'],
    ['a server for developers', 'bun install --frozen-lockfile --production'],
    ['json-server with a script', 'npm install --omit=dev --no-audit --no-fund'],
    ['a program of the development dependencies', 'npm ci'],
    ['a shell line', undefined],
    ['a Dockerfile', undefined],
  ])('of %s is %s', (name, command) => {
    expect(found(name).build?.value).toBe(command)
  })

  it('says so when nothing names the versions of the dependencies', () => {
    expect(unknownsOf(found('json-server with a script'))).toContain('there is no lock file')
  })

  it('makes node_modules again, so they are no part of the artifact', () => {
    expect(found('a script').excluded).toEqual(['.git', 'node_modules'])
    expect(found('a shell line').excluded).toEqual(['.git'])
  })

  it('knows the newer yarn', () => {
    const files = {
      'package.json': { main: 'server.js', packageManager: 'yarn@4.1.0', dependencies: { a: '1' } },
      'yarn.lock': '',
      'server.js': '',
    }
    expect(describeApp(app({ files }))?.build?.value).toBe('yarn install --immutable')
  })
})

describe('its project', () => {
  it.each<[string, Parameters<typeof app>[0], string]>([
    ['the remote', { remote: 'git@github.com:Acme/Shop.git', files: {} }, 'acme/shop'],
    [
      'the remote of a whole with many apps',
      { remote: 'https://example.com/acme/everything', isItsTop: false, folder: 'Shop', files: {} },
      'acme/shop',
    ],
    ['the scope of the package', { files: { 'package.json': { name: '@acme/shop' } } }, 'acme/shop'],
    [
      'the package, where the remote is a folder of this machine',
      { remote: '/srv/git/shop.git', files: { 'package.json': { name: 'store' } } },
      'my/store',
    ],
    ['the folder', { folder: 'Shop App', files: {} }, 'my/shop-app'],
  ])('is named after %s', (_name, parts, project) => {
    const findings = describeApp(app(parts), { command: 'node x.js' })
    expect(findings?.project.value).toBe(project)
    expect(findings?.unknowns.some(({ what }) => what.includes('organisation'))).toBe(project.startsWith('my/'))
  })
})

describe('the rest', () => {
  it('takes every process of a Procfile for a service; only web gets requests', () => {
    const [web, worker] = found('a Procfile').services
    expect([web?.kind, worker?.kind, worker?.name]).toEqual(['web', 'worker', 'mail-worker'])
    expect(worker).toMatchObject({
      port: undefined,
      healthPath: undefined,
      command: { value: 'node worker.js --queue mail' },
    })
    expect(found('a Procfile').hints.join()).toContain('"release: node migrate.js" becomes a procedure')
  })

  it('leaves a line that only a shell understands as it is', () => {
    expect(found('a Procfile without package.json').services[1]?.command.value).toBe('python clock.py | tee log')
  })

  it('names the variables of .env.example, and takes no value of it', () => {
    const findings = found('a Procfile')
    expect(findings.secrets?.value).toEqual(['DATABASE_URL', 'SESSION_KEY'])
    expect(JSON.stringify(findings)).not.toContain('hunter2')
    expect(findings.excluded).toContain('.env')
  })

  it('runs one of what cannot be two', () => {
    expect([service('json-server').instances, service('a script').instances]).toEqual([1, 2])
    expect(found('node-red').services[0]?.dataFolder).toContain('flows')
  })

  it('warns of what should not stand between host and app', () => {
    expect(found('a server for developers').hints).toContain('nodemon restarts for developers: name what it starts')
    expect(found('node-red').hints.join()).toContain('flows run without being asked')
    expect(found('node-red').hints.join()).toContain('node-red wants Node >=22.9')
    expect(found('a Dockerfile').hints.join('\n')).toMatch(
      /read, not run[\s\S]*EXPOSE 8080\/tcp is not needed[\s\S]*runs as node/,
    )
  })
})
