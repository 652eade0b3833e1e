/**
 * A button for what not everybody may do. For whoever may not it stands there all the same, does nothing, and says which role it needs;
 * the keyboard reaches it, so that a screen reader says so too.
 */
import { Button, type ButtonProps, Tooltip } from '@mantine/core'
import type { ComponentPropsWithoutRef, ReactNode } from 'react'
import type { MayVerb } from '../api/may.ts'
import { useLack } from '../api/use-may.ts'
import { useWords } from '../words/index.tsx'
import { lackWords } from './lack.ts'

/** What somebody has to be allowed for it, and where. */
export type Needs = { readonly verb: MayVerb; readonly place?: { readonly project: string; readonly config: string } }

type MayButton = ButtonProps &
  Omit<ComponentPropsWithoutRef<'button'>, keyof ButtonProps> & {
    readonly needs: Needs | undefined
    readonly children?: ReactNode
  }

export function MayButton({ needs, ...button }: MayButton) {
  return needs === undefined ? <Button {...button} /> : <Guarded needs={needs} {...button} />
}

function Guarded({ needs: { verb, place }, ...button }: MayButton & { readonly needs: Needs }) {
  const words = useWords()
  const lack = useLack(verb, place)
  if (lack === undefined) return <Button {...button} />
  if (lack === 'unknown') return <Button {...button} disabled />
  const { onClick: _, type: __, loading: ___, title: ____, ...rest } = button
  return (
    <Tooltip multiline maw={340} label={lackWords(lack, words)} events={{ hover: true, focus: true, touch: true }}>
      <Button {...rest} type="button" data-disabled aria-disabled onClick={(event) => event.preventDefault()} />
    </Tooltip>
  )
}
