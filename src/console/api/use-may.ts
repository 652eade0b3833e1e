import { useMemo } from 'react'
import { useAnswer } from './context.tsx'
import { type Grant, type Lack, lackOf, type May, may, type MayVerb } from './may.ts'

const nothing: readonly Grant[] = []

/** What whoever is signed in may do. Until it is known who that is, nothing is offered. */
export function useMay(): May {
  const grants = useAnswer('sessionDescribe', {}).data?.grants ?? nothing
  return useMemo(() => (verb, place) => may(grants, verb, place), [grants])
}

/** What whoever is signed in would need for it; `unknown` until it is known who that is. */
export function useLack(
  verb: MayVerb,
  place?: { readonly project: string; readonly config: string },
): Lack | 'unknown' | undefined {
  const grants = useAnswer('sessionDescribe', {}).data?.grants
  return grants === undefined ? 'unknown' : lackOf(grants, verb, place)
}
