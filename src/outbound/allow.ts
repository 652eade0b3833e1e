/** What the configuration allows besides public addresses. Pure. */
import { BlockList, isIP } from 'node:net'

export type AllowList = {
  /** Whether the name itself is listed: then whatever it resolves to may be called. */
  names(host: string): boolean
  /** Whether the address lies in a listed network. */
  holds(address: string): boolean
}

/** @param entries addresses, networks (`10.1.0.0/16`), names (`api.internal`) and names below one (`*.internal`) */
export function allowList(entries: readonly string[]): AllowList {
  const networks = new BlockList()
  const names = new Set<string>()
  const suffixes: string[] = []
  for (const entry of entries) {
    const [network = '', prefix] = entry.split('/')
    const family = isIP(network)
    if (family !== 0) networks.addSubnet(network, prefix === undefined ? bits(family) : Number(prefix), kindOf(family))
    else if (entry.startsWith('*.')) suffixes.push(entry.slice(1).toLowerCase())
    else names.add(entry.toLowerCase())
  }
  return {
    names: (host) => names.has(host.toLowerCase()) || suffixes.some((suffix) => host.toLowerCase().endsWith(suffix)),
    holds: (address) => isIP(address) !== 0 && networks.check(address, kindOf(isIP(address))),
  }
}

/** Whether an entry can be read: for the schema of the configuration. */
export function isAllowEntry(entry: string): boolean {
  const [network = '', prefix, ...rest] = entry.split('/')
  const family = isIP(network)
  if (family === 0) return /^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(entry)
  return rest.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits(family)))
}

const bits = (family: number): number => (family === 4 ? 32 : 128)
const kindOf = (family: number): 'ipv4' | 'ipv6' => (family === 4 ? 'ipv4' : 'ipv6')
