/** What the real Jayway JsonPath answered: 110 paths against one document, which the first of them returns. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isJsonArray, isJsonObject, type Json, parseJson, printJson } from '../../base/index.ts'
import { compilePath, PathNotFound, PathSyntaxError } from './index.ts'

type Vector = { readonly path: string; readonly definite: Json; readonly value: Json; readonly verdict: string }

const vectors = readVectors(parseJson(readFileSync(new URL('golden.json', import.meta.url), 'utf8')))
const document = vectors[0]?.value ?? null

describe('paths recorded from Jayway JsonPath', () => {
  it('are all there, and each belongs to one of the groups below', () => {
    expect(vectors).toHaveLength(110)
    expect(new Set(vectors.map((vector) => vector.verdict))).toEqual(
      new Set(['value', 'PathNotFoundException', 'InvalidPathException']),
    )
  })

  it.each(withVerdict('value'))('finds what %s names', (text, vector) => {
    const path = compilePath(text)
    expect(path.definite).toBe(vector.definite)
    expect(printJson(path.read(document))).toBe(printJson(vector.value))
    expect(path.find(document)).toEqual(path.read(document))
  })

  it.each(withVerdict('PathNotFoundException'))('finds nothing at %s', (text, vector) => {
    const path = compilePath(text)
    expect(path.definite).toBe(vector.definite)
    expect(() => path.read(document)).toThrow(PathNotFound)
    expect(path.find(document)).toBeUndefined()
  })

  it.each(withVerdict('InvalidPathException'))('refuses %s', (text) => {
    expect(() => compilePath(text)).toThrow(PathSyntaxError)
  })
})

function withVerdict(verdict: string): readonly (readonly [string, Vector])[] {
  return vectors.filter((vector) => vector.verdict === verdict).map((vector) => [vector.path, vector])
}

function readVectors(list: Json): readonly Vector[] {
  if (!isJsonArray(list)) throw new Error('the vectors are no list')
  return list.map((entry) => {
    const path = isJsonObject(entry) ? entry.get('path') : undefined
    if (!isJsonObject(entry) || typeof path !== 'string') throw new Error('a vector has no path')
    const verdict = entry.get('error') ?? 'value'
    const definite = entry.get('definite') ?? null
    return { path, definite, value: entry.get('value') ?? null, verdict: String(verdict) }
  })
}
