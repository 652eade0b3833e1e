/**
 * Which trees may come onto a host: pure decisions over the entries of an archive or a folder. Nothing is written before a
 * whole archive has passed.
 */
import type { HoldfastError } from '../../base/index.ts'
import { hostError } from '../errors.ts'

export type TreeEntry = {
  /** As it stands in the archive; below the root, with `/`. */
  readonly path: string
  readonly type: 'file' | 'folder' | 'link' | 'hard-link' | 'other'
  readonly bytes: number
  /** Where a link leads, as it is written. */
  readonly target?: string
}

export type TreeLimits = { readonly bytes: number; readonly files: number }

const deepest = 100
const longestPath = 3000
/** More links than this on one way are a circle. */
const mostHops = 40

/** Collects entries and refuses the first that is not safe. */
export class SafeTree {
  readonly #limits: TreeLimits
  readonly #strip: number
  readonly #entries = new Map<string, TreeEntry>()
  #bytes = 0
  #count = 0

  constructor(limits: TreeLimits, strip = 0) {
    this.#limits = limits
    this.#strip = strip
  }

  get bytes(): number {
    return this.#bytes
  }

  get files(): number {
    return this.#count
  }

  /** @throws HoldfastError host.artifact_unsafe, host.artifact_too_large */
  add(entry: TreeEntry): void {
    this.#bytes += entry.bytes
    this.#count++
    if (this.#bytes > this.#limits.bytes) throw tooLarge(`more than ${this.#limits.bytes} bytes unpacked`)
    if (this.#count > this.#limits.files) throw tooLarge(`more than ${this.#limits.files} files`)
    if (entry.type === 'other') throw unsafe(entry.path, 'is neither file, folder nor link')
    const words = safeWords(entry.path)
    const path = words.slice(this.#strip).join('/')
    if (path === '') return
    if (this.#entries.get(path)?.type === 'link') throw unsafe(entry.path, 'replaces a link of the same name')
    this.#entries.set(path, { ...entry, path })
  }

  /** Once all are there: links have to stay inside, and nothing may lie behind a link. @throws HoldfastError host.artifact_unsafe */
  finish(): void {
    for (const entry of this.#entries.values()) {
      this.#refuseBehindLink(entry)
      if (entry.type === 'link') this.#follow(entry, [...parentOf(entry.path), ...linkWords(entry)])
      if (entry.type === 'hard-link') this.#checkHardLink(entry)
    }
  }

  #refuseBehindLink(entry: TreeEntry): void {
    for (let parent = parentOf(entry.path); parent.length > 0; parent = parent.slice(0, -1)) {
      const type = this.#entries.get(parent.join('/'))?.type
      if (type === 'link') throw unsafe(entry.path, `lies behind the link ${parent.join('/')}`)
    }
  }

  #checkHardLink(entry: TreeEntry): void {
    const words = safeWords(entry.target ?? '').slice(this.#strip)
    if (this.#entries.get(words.join('/'))?.type !== 'file')
      throw unsafe(entry.path, 'is a hard link to no file of the archive')
  }

  /** Walks as the system would, over further links, and refuses at the step that leaves the root. */
  #follow(entry: TreeEntry, way: readonly string[]): void {
    let rest = [...way]
    let place: string[] = []
    for (let hops = 0; rest.length > 0;) {
      const [word = '', ...after] = rest
      rest = after
      if (word === '..') {
        if (place.length === 0) throw unsafe(entry.path, `is a link out of the artifact, to ${entry.target}`)
        place = place.slice(0, -1)
        continue
      }
      const next = [...place, word]
      const found = this.#entries.get(next.join('/'))
      if (found?.type !== 'link') {
        place = next
        continue
      }
      if (++hops > mostHops) throw unsafe(entry.path, 'is a link that leads round in a circle')
      rest = [...linkWords(found), ...rest]
    }
  }
}

const parentOf = (path: string): string[] => path.split('/').slice(0, -1)

function linkWords({ path, target = '' }: TreeEntry): readonly string[] {
  if (target === '' || target.includes('\0')) throw unsafe(path, 'is a link to nowhere')
  if (target.startsWith('/')) throw unsafe(path, `is a link out of the artifact, to ${target}`)
  return target.split('/').filter((word) => word !== '' && word !== '.')
}

function safeWords(path: string): readonly string[] {
  if (path.includes('\0') || path.includes('\\') || path.length > longestPath)
    throw unsafe(path, 'is no path we unpack')
  if (path.startsWith('/')) throw unsafe(path, 'is an absolute path')
  const words = path.split('/').filter((word) => word !== '' && word !== '.')
  if (words.includes('..')) throw unsafe(path, 'leads out of the artifact')
  if (words.length > deepest) throw unsafe(path, `lies deeper than ${deepest} folders`)
  return words
}

export function unsafe(path: string, why: string): HoldfastError {
  return hostError('host.artifact_unsafe', `The artifact is refused: ${JSON.stringify(path.slice(0, 300))} ${why}`, {
    place: path.slice(0, 300),
    accepted: 'files, folders and links that stay inside the artifact',
    repair: 'build the artifact without this entry',
  })
}

export const tooLarge = (what: string): HoldfastError =>
  hostError('host.artifact_too_large', `The artifact is refused: ${what}`, {
    repair: 'make it smaller, or raise the limit in the host’s settings',
  })
