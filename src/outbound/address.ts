/** Addresses that are not called unless somebody means it: this machine, the network behind it, a cloud's metadata. Pure. */
import { BlockList, isIPv4, isIPv6 } from 'node:net'

export type Address = { readonly address: string; readonly family: 4 | 6 }

type Range = readonly [network: string, prefix: number, name: string]

const ranges4: readonly Range[] = [
  ['0.0.0.0', 8, 'this network'],
  ['10.0.0.0', 8, 'a private range'],
  ['100.64.0.0', 10, 'a range shared behind carriers'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local, where clouds keep their metadata'],
  ['172.16.0.0', 12, 'a private range'],
  ['192.0.0.0', 24, 'a reserved range'],
  ['192.0.2.0', 24, 'a range for documents'],
  ['192.88.99.0', 24, 'a reserved range'],
  ['192.168.0.0', 16, 'a private range'],
  ['198.18.0.0', 15, 'a range for benchmarks'],
  ['198.51.100.0', 24, 'a range for documents'],
  ['203.0.113.0', 24, 'a range for documents'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'a reserved range'],
  // Metadata of clouds that lies in public ranges.
  ['100.100.100.200', 32, "a cloud's metadata"],
  ['168.63.129.16', 32, "a cloud's metadata"],
]

const ranges6: readonly Range[] = [
  ['::', 128, 'no address'],
  ['::1', 128, 'loopback'],
  ['64:ff9b:1::', 48, 'a range for translation to IPv4'],
  ['100::', 64, 'a discarding range'],
  ['2001::', 23, 'a reserved range'],
  ['2001:db8::', 32, 'a range for documents'],
  ['3fff::', 20, 'a range for documents'],
  ['5f00::', 16, 'a range for routing'],
  ['fc00::', 7, 'a private range'],
  ['fe80::', 10, 'link-local'],
  ['fec0::', 10, 'a private range'],
  ['ff00::', 8, 'multicast'],
]

const listOf = ([network, prefix, name]: Range): { list: BlockList; name: string } => {
  const list = new BlockList()
  list.addSubnet(network, prefix, isIPv4(network) ? 'ipv4' : 'ipv6')
  return { list, name }
}
const lists4 = ranges4.map(listOf)
const lists6 = ranges6.map(listOf)

/** The refused range that an address lies in; undefined for a public one. An IPv4 address inside an IPv6 one is judged as it is. */
export function rangeOf(address: string): string | undefined {
  if (isIPv4(address)) return lists4.find(({ list }) => list.check(address, 'ipv4'))?.name
  if (!isIPv6(address)) return 'no address'
  const inner = embedded(address)
  const own = lists6.find(({ list }) => list.check(address, 'ipv6'))?.name
  return own ?? (inner === undefined ? undefined : rangeOf(inner))
}

/** Forms of IPv6 that carry an IPv4 address to its network: mapped, compatible, translated, NAT64, ISATAP and 6to4. */
function embedded(address: string): string | undefined {
  const words = wordsOf(address)
  const [a = 0, b = 0, c = 0, , e = 0, f = 0] = words
  const last = words.slice(6)
  const zeros = words.slice(0, 4).every((word) => word === 0)
  // `::a.b.c.d`, `::ffff:a.b.c.d` and `::ffff:0:a.b.c.d` (RFC 2765).
  if (zeros && ((e === 0 && (f === 0 || f === 0xffff)) || (e === 0xffff && f === 0))) return dotted(last)
  if (a === 0x64 && b === 0xff9b) return dotted(last)
  if ((e === 0 || e === 0x200) && f === 0x5efe) return dotted(last)
  if (a === 0x2002) return dotted([b, c])
  return undefined
}

const dotted = ([high = 0, low = 0]: readonly number[]): string =>
  [high >> 8, high & 255, low >> 8, low & 255].join('.')

/** The eight words of an IPv6 address. The parser of URLs writes one in full hexadecimal, dotted tail and all. */
function wordsOf(address: string): readonly number[] {
  const [plain = ''] = address.split('%')
  const text = new URL(`http://[${plain}]`).hostname.slice(1, -1)
  const [head = '', tail] = text.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...gap, ...after].map((word) => Number.parseInt(word, 16))
}
