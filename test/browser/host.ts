/** A real agent with its edge beside the console's server, and something deployed to it by the command line. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Console } from './console.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

export type RealHost = {
  readonly edgeUrl: string
  /** A command line of this checkout against the console's server. */
  holdfast(line: string): Promise<string>
  /** Ends agent, edge and instances. */
  stop(): Promise<void>
}

export async function startHost(console: Console, name = 'tokyo-1'): Promise<RealHost> {
  const data = join(console.folder, 'data')
  const environment = { ...process.env, HOLDFAST_DATA: data }
  const holdfast = async (line: string): Promise<string> =>
    (await run(process.execPath, [join(root, 'bin/holdfast.js'), ...line.split(' ')], { cwd: root, env: environment }))
      .stdout
  const agent = execFile(
    process.execPath,
    [join(root, 'bin/holdfast.js'), 'host', '--name', name, '--edge-port', '0'],
    {
      cwd: root,
      env: environment,
    },
  )
  const edgeUrl = await edgeOf(holdfast, name)
  return {
    edgeUrl,
    holdfast,
    async stop() {
      await holdfast('host stop --everything --yes')
      agent.kill()
    },
  }
}

/** Asked until its agent has told where the edge takes requests. */
async function edgeOf(holdfast: RealHost['holdfast'], name: string): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { items }: { items: { name: string; edge?: { url: string } }[] } = JSON.parse(await holdfast('hosts --json'))
    const url = items.find((host) => host.name === name)?.edge?.url
    if (url !== undefined) return url
  }
  throw new Error(`the edge of ${name} did not come up`)
}
