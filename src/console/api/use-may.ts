import { useMemo } from 'react'
import { useAnswer } from './context.tsx'
import { type Grant, type May, may } from './may.ts'

const nothing: readonly Grant[] = []

/** What whoever is signed in may do. Until it is known who that is, nothing is offered. */
export function useMay(): May {
  const grants = useAnswer('sessionDescribe', {}).data?.grants ?? nothing
  return useMemo(() => (verb, place) => may(grants, verb, place), [grants])
}
