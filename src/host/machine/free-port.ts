/** Whether somebody could listen on a port now. Asked by listening: no table tells it as surely on every system. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { codeOf } from '../errors.ts'

/** One address at a time: where only the loopback is taken, some systems still give the wildcard away. */
export async function isFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '::']) if (!(await canListen(port, host))) return false
  return true
}

async function canListen(port: number, host: string): Promise<boolean> {
  const server = createServer()
  try {
    server.listen({ port, host, exclusive: true })
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return true
  } catch (fault) {
    // A machine without IPv6 has nobody listening there either.
    return codeOf(fault) === 'EAFNOSUPPORT' || codeOf(fault) === 'EADDRNOTAVAIL'
  }
}
