import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { HoldfastError } from '../../base/index.ts'
import { parseRelease, readReleaseText, releaseFaults } from './parse.ts'
import { commonServiceSchema, releaseJsonSchema, type ReleaseParts } from './schemas.ts'

const parts: ReleaseParts = {
  kind: 'process',
  artifact: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits') }),
  service: commonServiceSchema.extend({
    command: z.string(),
    environment: z
      .record(z.string().regex(/^[A-Z_]+$/, 'letters'), z.union([z.string(), z.strictObject({ secret: z.string() })]))
      .default({}),
  }),
}
const deployers = { process: parts, static: { ...parts, kind: 'static' } }

const good = {
  project: 'shop/web',
  config: 'production',
  services: { web: { command: 'npm start' } },
  artifact: { sha256: 'a'.repeat(64) },
  createdAt: '2026-01-01T00:00:00Z',
}

function refusalOf(document: unknown): HoldfastError {
  try {
    parseRelease(deployers, document)
  } catch (error) {
    if (error instanceof HoldfastError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

function outcomeOf(document: unknown): unknown {
  try {
    parseRelease(deployers, document)
    return 'accepted or refused'
  } catch (error) {
    return error instanceof HoldfastError ? 'accepted or refused' : error
  }
}

describe('a release file', () => {
  it('gets its defaults', () => {
    expect(parseRelease(deployers, good)).toMatchObject({
      target: 'process',
      timeout: '30m',
      rollback: 'automatic',
      metadata: {},
      strategy: { kind: 'all-at-once', bake: { for: '30s', requests: 0 } },
      hooks: { before: [], smoke: [], after: [], onFailure: [] },
      services: { web: { instances: 1, queueWorker: false, environment: {} } },
    })
  })

  it.each<[string, object, string, string]>([
    ['at the top', { servces: {} }, 'servces', 'did you mean "services"?'],
    ['in a service', { services: { web: { command: 'x', instance: 2 } } }, 'services.web.instance', '"instances"'],
    ['in the artifact', { artifact: { sha265: 'a' } }, 'artifact.sha265', '"sha256"'],
    ['in the strategy', { strategy: { kind: 'one-box', back: {} } }, 'strategy.back', '"bake"'],
    [
      'in its bake',
      { strategy: { kind: 'linear', by: 5, bake: { request: 1 } } },
      'strategy.bake.request',
      '"requests"',
    ],
    ['in a hook', { hooks: { before: [{ procedure: 'm', timout: '1s' }] } }, 'hooks.before.0.timout', '"timeout"'],
    ['among the hooks', { hooks: { befor: [] } }, 'hooks.befor', '"before"'],
    ['in the rollback', { rollback: { forwardonly: 'x' } }, 'rollback.forwardonly', '"forwardOnly"'],
    [
      'in a secret',
      { services: { web: { command: 'x', environment: { KEY: { secrt: 'env:KEY' } } } } },
      'services.web.environment.KEY.secrt',
      '"secret"',
    ],
    ['far from any', { zebra: 1 }, 'zebra', 'accepted: $schema, project, config'],
  ])('is refused with the place and the nearest name of an unknown key %s', (_where, more, place, hint) => {
    const { code, message } = refusalOf({ ...good, ...more })
    expect(code).toBe('deploy.release_invalid')
    expect(message).toContain(`${place}: unknown key`)
    expect(message).toContain(hint)
  })

  it.each<[string, object, string, RegExp]>([
    ['no slash in the project', { project: 'shop' }, 'project', /org\/name/],
    ['a config that climbs', { config: '../prod' }, 'config', /lower-case/],
    ['no services', { services: {} }, 'services', /at least one service/],
    ['a service name with a blank', { services: { 'a b': { command: 'x' } } }, 'services.a b', /not a name/],
    ['no instances', { services: { web: { command: 'x', instances: 0 } } }, 'services.web.instances', />=1/],
    ['half an instance', { services: { web: { command: 'x', instances: 1.5 } } }, 'services.web.instances', /int/],
    ['a missing command', { services: { web: {} } }, 'services.web.command', /missing: a value of type string/],
    ['a timeout of days', { timeout: '3d' }, 'timeout', /1s to 48h/],
    ['a timeout without unit', { timeout: '30' }, 'timeout', /such as 30s/],
    ['a wrong digest', { artifact: { sha256: 'A'.repeat(64) } }, 'artifact.sha256', /64 hex/],
    ['a date without zone', { createdAt: '2026-01-01T00:00:00' }, 'createdAt', /datetime/],
    ['a day that is none', { createdAt: '2026-02-30T00:00:00Z' }, 'createdAt', /datetime/],
    ['a strategy that is none', { strategy: { kind: 'yolo' } }, 'strategy.kind', /accepted: all-at-once, one-box/],
    [
      'steps that fall',
      { strategy: { kind: 'percentage', steps: [50, 20] } },
      'strategy.steps',
      /larger than the last/,
    ],
    ['a step of 100', { strategy: { kind: 'percentage', steps: [100] } }, 'strategy.steps.0', /<=99/],
    ['a rollback in other words', { rollback: 'never' }, 'rollback', /accepted: "automatic" or a value of type object/],
    ['a bake of a week', { strategy: { kind: 'one-box', bake: { for: '7d' } } }, 'strategy.bake.for', /at most 48h/],
    ['metadata that is no text', { metadata: { commit: 7 } }, 'metadata.commit', /string/],
    [
      'an environment that is a number',
      { services: { web: { command: 'x', environment: { KEY: 7 } } } },
      'services.web.environment.KEY',
      /a value of type string or a value of type object/,
    ],
  ])('is refused with the place of %s', (_what, more, place, message) => {
    const error = refusalOf({ ...good, ...more })
    expect(error).toMatchObject({ code: 'deploy.release_invalid', place })
    expect(error.message).toMatch(message)
  })

  it('is refused for a target nobody knows, with the nearest one', () => {
    expect(refusalOf({ ...good, target: 'proces' })).toMatchObject({
      code: 'deploy.target_unknown',
      accepted: 'process, static',
      repair: 'write "process"',
    })
    expect(refusalOf({ ...good, target: 'constructor' }).code).toBe('deploy.target_unknown')
  })

  it('is refused for a key that objects keep for themselves', () => {
    const text = JSON.stringify(good).replace('"web"', '"__proto__"')
    expect(() => readReleaseText(deployers, text)).toThrow('services.__proto__: this key is not accepted')
  })

  it('is refused for half a character, which cannot be signed, with its place', () => {
    const half = (metadata: object) => refusalOf({ ...good, metadata })
    expect(half({ author: 'a\ud800' })).toMatchObject({ code: 'deploy.release_invalid', place: 'metadata.author' })
    expect(half({ 'a\udc00': 'x' }).message).toContain('metadata: a key: half of a character')
  })

  it('looks for nearer names no further than it tells them', () => {
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`config${String.fromCharCode(0x100 + i)}`, 1]),
    )
    const faults = releaseFaults(deployers, { ...good, ...many })
    expect(faults).toHaveLength(60)
    expect(faults.filter(({ nearest }) => nearest === 'config')).toHaveLength(20)
  })

  it('tells all faults at once, and not without end', () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`zz${i}`, 1]))
    const { message } = refusalOf({ ...good, ...many, project: 'x' })
    expect(message).toContain('project: ')
    expect(message).toContain('zz0: ')
    expect(message).toMatch(/and \d+ more$/)
  })

  it('never fails in another way, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), fc.string(), (value, key) => {
        for (const document of [value, { ...good, [key]: value }, { ...good, services: { web: value } }]) {
          expect(outcomeOf(document)).toBe('accepted or refused')
        }
      }),
      { numRuns: 500 },
    )
  })

  it('has a schema for editors, in which the date is left to deploy', () => {
    const schema = releaseJsonSchema(parts)
    expect(schema).toMatchObject({
      required: ['project', 'config', 'services', 'artifact'],
      additionalProperties: false,
    })
    expect(JSON.stringify(schema)).toContain('Groups of like instances')
  })
})
