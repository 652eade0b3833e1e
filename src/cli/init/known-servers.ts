/**
 * Servers that do not take their port as the host gives it, or need something else to be run by one: data, with the reason.
 * The contract is `$PORT` in the environment. Whoever wants a flag or a variable of another name is listed here.
 */

/** A flag, and how it is written in the release file. `$PORT` and `$HOLDFAST_DATA` are expanded when an instance starts. */
export type Flag = {
  readonly flag: string
  /** Other spellings of it, which are replaced. */
  readonly aliases?: readonly string[]
  readonly value: string
}

export type KnownServer = {
  /** As it is started: the name of its program. */
  readonly program: string
  /** Its package, where that is called otherwise. */
  readonly package?: string
  /** Only when the program's first word is this. */
  readonly subcommand?: string
  /** Arguments, where no script says how it is started. Without them it is only recognised in a command. */
  readonly startedWith?: string
  /** Of these the first that is there is its last argument; without any nobody knows what it should serve. */
  readonly serves?: readonly string[]
  readonly port: { readonly flag: Flag } | { readonly variable: string } | 'PORT'
  /** Why so. */
  readonly reason: string
  /** Written unless the command has them already. */
  readonly flags?: readonly Flag[]
  /** Set for the command alone, since their values are known only on the host. */
  readonly variables?: Readonly<Record<string, string>>
  readonly health?: string
  /** Why it needs a data folder that outlives its versions. */
  readonly data?: string
  /** Why there can be only one of it. */
  readonly alone?: string
  /** What happens while an old version runs beside a new one, because nobody has to ask it to work. */
  readonly worksByItself?: string
  /** Worth knowing before the first deploy. */
  readonly hints?: readonly string[]
}

const loopback = '127.0.0.1'
const dataFolder = '$HOLDFAST_DATA'
const portFlag = (flag: string, ...aliases: readonly string[]): KnownServer['port'] => ({
  flag: { flag, aliases, value: '$PORT' },
})

export const knownServers: readonly KnownServer[] = [
  {
    program: 'json-server',
    startedWith: '',
    serves: ['db.json', 'data.json', 'api.json', 'database.json'],
    port: portFlag('--port', '-p'),
    reason: 'json-server reads its port from a flag only',
    flags: [{ flag: '--host', aliases: ['-H', '-h'], value: loopback }],
    alone: 'each instance keeps the data in memory: two would drift apart',
    hints: ['json-server serves the file of its version: what clients change in it is gone with the next one'],
  },
  {
    program: 'verdaccio',
    startedWith: '',
    port: { flag: { flag: '--listen', aliases: ['-l'], value: `${loopback}:$PORT` } },
    reason: 'verdaccio listens where --listen says',
    variables: { XDG_CONFIG_HOME: dataFolder, XDG_DATA_HOME: dataFolder },
    health: '/-/ping',
    data: 'packages, users and config.yaml, which it writes there at its first start',
    alone: 'its storage is files that one process writes',
  },
  {
    program: 'node-red',
    startedWith: '',
    port: portFlag('--port', '-p'),
    reason: 'node-red reads its port from a flag or from its settings, never from the environment',
    flags: [
      { flag: '--userDir', aliases: ['-u'], value: dataFolder },
      { flag: '--define', aliases: ['-D'], value: `uiHost=${loopback}` },
    ],
    data: 'flows, credentials and the nodes that were installed in the editor',
    alone: 'every instance would run every flow',
    worksByItself:
      'flows run without being asked: from the start of a version until the former one is stopped, both run them',
    hints: ['Node-RED lets everybody in who reaches it, until adminAuth is set in settings.js of its data folder'],
  },
  {
    program: 'n8n',
    startedWith: 'start',
    port: { variable: 'N8N_PORT' },
    reason: 'n8n reads N8N_PORT',
    variables: { N8N_USER_FOLDER: dataFolder },
    health: '/healthz',
    data: 'workflows and credentials, in a SQLite file',
    alone: 'its database is one file',
    worksByItself:
      'workflows run without being asked: from the start of a version until the former one is stopped, both run them',
  },
  {
    program: 'next',
    subcommand: 'start',
    startedWith: 'start',
    port: portFlag('--port', '-p'),
    reason: 'said outright, so that a PORT in an .env file cannot win',
  },
  {
    program: 'nuxt',
    subcommand: 'preview',
    port: portFlag('--port', '-p'),
    reason: 'nuxt preview takes its port from a flag first',
    hints: ['node .output/server/index.mjs serves the same without the tool, and reads PORT itself'],
  },
  {
    program: 'vite',
    subcommand: 'preview',
    port: portFlag('--port'),
    reason: 'vite reads its port from a flag, and takes another one when it is in use unless --strictPort is there',
    flags: [{ flag: '--host', value: loopback }],
    hints: ['vite preview is meant for looking at a build; its makers advise against serving customers with it'],
  },
  {
    program: 'astro',
    subcommand: 'preview',
    port: portFlag('--port'),
    reason: 'astro preview reads its port from a flag',
    flags: [{ flag: '--host', value: loopback }],
  },
  {
    program: 'gatsby',
    subcommand: 'serve',
    port: portFlag('--port', '-p'),
    reason: 'gatsby serve reads its port from a flag',
  },
  {
    program: 'http-server',
    port: portFlag('--port', '-p'),
    reason: 'said outright; it would look for a free port of its own otherwise',
    flags: [{ flag: '-a', value: loopback }],
  },
  {
    program: 'serve',
    port: { flag: { flag: '--listen', aliases: ['-l', '-p', '--port'], value: `tcp://${loopback}:$PORT` } },
    reason: 'said outright; it would take another port when this one is in use',
  },
  {
    program: 'sirv',
    package: 'sirv-cli',
    port: portFlag('--port', '-p'),
    reason: 'sirv reads its port from a flag first',
  },
  {
    program: 'fastify',
    package: 'fastify-cli',
    subcommand: 'start',
    port: portFlag('--port', '-p'),
    reason: 'said outright, so that FASTIFY_PORT in an .env file cannot win',
  },
  {
    program: 'prism',
    package: '@stoplight/prism-cli',
    port: portFlag('--port', '-p'),
    reason: 'prism reads its port from a flag',
  },
  { program: 'parse-server', port: portFlag('--port'), reason: 'parse-server reads PORT as well; said outright' },
  { program: 'peerjs', package: 'peer', port: portFlag('--port', '-p'), reason: 'peerjs reads its port from a flag' },
  { program: 'remix-serve', package: '@remix-run/serve', port: 'PORT', reason: 'remix-serve reads PORT' },
  {
    program: 'react-router-serve',
    package: '@react-router/serve',
    port: 'PORT',
    reason: 'react-router-serve reads PORT',
  },
  {
    program: 'strapi',
    package: '@strapi/strapi',
    subcommand: 'start',
    port: 'PORT',
    reason: 'config/server reads PORT',
    health: '/_health',
  },
  {
    program: 'directus',
    subcommand: 'start',
    startedWith: 'start',
    port: 'PORT',
    reason: 'directus reads PORT',
    health: '/server/ping',
  },
  { program: 'gunicorn', port: 'PORT', reason: 'gunicorn listens on PORT where no --bind is given' },
  { program: 'uvicorn', port: portFlag('--port'), reason: 'uvicorn reads its port from a flag' },
  { program: 'flask', subcommand: 'run', port: portFlag('--port', '-p'), reason: 'flask reads its port from a flag' },
  { program: 'puma', port: portFlag('--port', '-p'), reason: 'said outright; config/puma.rb may say another' },
  {
    program: 'rails',
    subcommand: 'server',
    port: portFlag('--port', '-p'),
    reason: 'said outright; config/puma.rb may say another',
  },
]

export type UnfitProgram = {
  readonly program: string
  /** Only when this is its first word. An empty one: when it has none. */
  readonly subcommand?: string
  readonly says: string
}

/** Programs that should not stand between the host and the app. */
export const unfitPrograms: readonly UnfitProgram[] = [
  { program: 'nodemon', says: 'nodemon restarts for developers: name what it starts' },
  { program: 'ts-node-dev', says: 'ts-node-dev restarts for developers: name what it starts' },
  {
    program: 'pm2',
    says: 'pm2 leaves the app to a supervisor of its own, which the host cannot see: name what it starts',
  },
  { program: 'pm2-runtime', says: 'the host supervises already: name what pm2-runtime starts' },
  { program: 'forever', says: 'the host supervises already: name what forever starts' },
  { program: 'next', subcommand: 'dev', says: 'next dev is for developers: build it, and say next start' },
  {
    program: 'nuxt',
    subcommand: 'dev',
    says: 'nuxt dev is for developers: build it, and say node .output/server/index.mjs',
  },
  { program: 'vite', subcommand: '', says: 'vite without a word serves developers: build it, and serve dist' },
  { program: 'vite', subcommand: 'dev', says: 'vite dev serves developers: build it, and serve dist' },
  {
    program: 'react-scripts',
    subcommand: 'start',
    says: 'react-scripts start is for developers: build it, and serve build',
  },
  { program: 'webpack-dev-server', says: 'webpack-dev-server is for developers: build it, and serve the result' },
  { program: 'ng', subcommand: 'serve', says: 'ng serve is for developers: build it, and serve dist' },
]

export function knownServerOf(program: string, subcommand: string | undefined): KnownServer | undefined {
  return knownServers.find(
    (one) => one.program === program && (one.subcommand === undefined || one.subcommand === subcommand),
  )
}

export function unfitOf(program: string, subcommand: string | undefined): UnfitProgram | undefined {
  return unfitPrograms.find(
    (one) => one.program === program && (one.subcommand === undefined || one.subcommand === (subcommand ?? '')),
  )
}
