/** What the addresses of these pages hold. */

type Given = Readonly<Record<string, unknown>>

export type MachinesSearch = { readonly name?: string }

export const machinesSearch = (given: Given): MachinesSearch => text(given, 'name')

export const machineTabs = ['definition', 'revisions', 'versions', 'settings'] as const
export type MachineTab = (typeof machineTabs)[number]

export type MachineSearch = {
  readonly tab?: MachineTab
  readonly state?: string
  /** A revision that is looked at, and the one that it is compared with. */
  readonly revision?: string
}

export const machineSearch = (given: Given): MachineSearch => ({
  ...oneOf(given, 'tab', machineTabs),
  ...text(given, 'state'),
  ...text(given, 'revision'),
})

export const sampleNames = ['order', 'approval', 'batch'] as const
export type SampleName = (typeof sampleNames)[number]
export const editorSides = ['findings', 'run', 'state'] as const
export type EditorSide = (typeof editorSides)[number]

export type MachineEditSearch = {
  /** What a machine that is not there yet begins with. */
  readonly sample?: SampleName
  readonly type?: 'STANDARD' | 'EXPRESS'
  readonly side?: EditorSide
  readonly state?: string
  /** Name of a kept case of mocks. */
  readonly case?: string
}

export const machineEditSearch = (given: Given): MachineEditSearch => ({
  ...oneOf(given, 'sample', sampleNames),
  ...oneOf(given, 'type', ['STANDARD', 'EXPRESS'] as const),
  ...oneOf(given, 'side', editorSides),
  ...text(given, 'state'),
  ...text(given, 'case'),
})

/** Query parameters that look like numbers are parsed as such: a name may be all digits. */
function text<Key extends string>(given: Given, key: Key): { readonly [K in Key]?: string } {
  const value = given[key]
  const found = typeof value === 'number' ? String(value) : value
  if (typeof found !== 'string' || found === '') return {}
  return { [key]: found } as { readonly [K in Key]: string } // a computed key loses its name
}

function oneOf<Key extends string, Value extends string>(given: Given, key: Key, accepted: readonly Value[]) {
  const found = accepted.find((value) => value === given[key])
  return (found === undefined ? {} : { [key]: found }) as { readonly [K in Key]?: Value } // as above
}
