/** Which working copies and artifacts may go: a pure decision. */
import type { CommandOf } from '../contract.ts'
import type { CopyNote } from './store.ts'

export type Holdings = {
  readonly copies: readonly (CopyNote & { readonly id: string })[]
  readonly artifacts: readonly string[]
  /** Of every instance the host knows. */
  readonly usedCopies: ReadonlySet<string>
}

export type PrunePlan = { readonly copies: readonly string[]; readonly artifacts: readonly string[] }

export function planPrune(command: CommandOf<'pruneArtifacts'>, holdings: Holdings): PrunePlan {
  const named = new Set(command.releases)
  const isMeant = (copy: CopyNote): boolean =>
    (command.project === undefined || copy.project === command.project) &&
    (command.config === undefined || copy.config === command.config)
  const newest = newestReleases(holdings.copies.filter(isMeant), command.keep)
  const isKept = (copy: CopyNote & { readonly id: string }): boolean =>
    !isMeant(copy) || named.has(copy.release) || holdings.usedCopies.has(copy.id) || newest.has(releaseOf(copy))
  const kept = new Set(holdings.copies.filter(isKept).map(({ artifact }) => artifact))
  return {
    copies: holdings.copies.filter((copy) => !isKept(copy)).map(({ id }) => id),
    artifacts: holdings.artifacts.filter((id) => !kept.has(id)),
  }
}

function newestReleases(copies: readonly CopyNote[], keep: number): ReadonlySet<string> {
  const latest = new Map<string, CopyNote>()
  for (const copy of copies.toSorted((a, b) => a.madeAt - b.madeAt)) latest.set(releaseOf(copy), copy)
  const groups = Map.groupBy(latest.values(), ({ project, config }) => `${project} ${config}`)
  return new Set(
    [...groups.values()].flatMap((group) =>
      group
        .toSorted((a, b) => b.madeAt - a.madeAt)
        .slice(0, keep)
        .map(releaseOf),
    ),
  )
}

const releaseOf = ({ project, config, release }: CopyNote): string => `${project} ${config} ${release}`
