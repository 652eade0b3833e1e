/** A program that stands in for the Lambda functions of an import: each fails until somebody writes what it answers. Pure. */
import type { Imported } from './import.ts'

/** Plain TypeScript without imports but Node's own, so that `node FILE` runs it anywhere. */
export function scaffoldOf({ machines, functions }: Imported): string {
  const called = machines.flatMap(({ calls }) => calls.functions)
  const names = [...new Set([...called, ...functions.map(({ name }) => name)])]
  const entries = names.map((name) => {
    const known = functions.find((one) => one.name === name)
    const code = [known?.code, known?.handler].filter((part) => part !== undefined).join(' ')
    const origin = code === '' ? '' : `  // In the template: ${code.replaceAll(lineEnds, ' ')}\n`
    return `${origin}  ${JSON.stringify(name)}: (event) => notWritten(${JSON.stringify(name)}, event),`
  })
  return head + entries.join('\n') + tail
}

/** All four that end a comment of JavaScript: what comes after one would be code that the template brought. */
const lineEnds = /[\r\n\u2028\u2029]/g

const head = `// Stand-ins for Lambda functions: \`node THIS_FILE\`, then start Holdfast with AWS_ENDPOINT_URL_LAMBDA=http://127.0.0.1:3001.
// A function gets the event and returns what the state shall get; the name of an error it throws is what Retry and Catch see.
import { createServer } from 'node:http'

type Json = null | boolean | number | string | Json[] | { [member: string]: Json }
// What a state gives its function; write down more of it where you know more: \`(event: { orderId: number }) => …\`
type Event = { [member: string]: Json }
type Answer = (event: Event) => unknown

const functions: Record<string, Answer> = {
`

const tail = `
}

function notWritten(name: string, event: unknown): never {
  const error = new Error(\`The function \${name} is not written yet. It was called with \${JSON.stringify(event)}\`)
  throw Object.assign(error, { name: 'NotWritten' })
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', async () => {
    const [, given = ''] = /^\\/2015-03-31\\/functions\\/([^/]+)\\/invocations/.exec(request.url ?? '') ?? []
    const name = decodeURIComponent(given).replace(/^.*:function:/, '').replace(/:.*$/, '')
    const answer = functions[name]
    if (answer === undefined) {
      response.writeHead(404, { 'content-type': 'application/json', 'x-amzn-errortype': 'ResourceNotFoundException' })
      return response.end(JSON.stringify({ Message: \`There is no function \${name} in this file\` }))
    }
    try {
      const result = await answer(JSON.parse(Buffer.concat(chunks).toString() || '{}') as Event)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result ?? null))
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error
      response.writeHead(200, { 'content-type': 'application/json', 'x-amz-function-error': 'Unhandled' })
      response.end(JSON.stringify({ errorType, errorMessage }))
    }
  })
})

const port = Number(process.env.PORT ?? 3001)
server.listen(port, "127.0.0.1", () => {
  const { port: taken } = server.address() as { port: number }
  console.log(\`\${Object.keys(functions).length} functions on http://127.0.0.1:\${taken}\`)
})
`
