import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RunningServer, runIn, serverIn, temporaryFolder } from '../test-world.ts'

const template = `
Resources:
  Greet: { Type: AWS::Serverless::Function, Properties: { Handler: greet.handler, CodeUri: greet/ } }
  Approve: { Type: AWS::StepFunctions::Activity, Properties: { Name: approve } }
  Child:
    Type: AWS::Serverless::StateMachine
    Properties: { Definition: { StartAt: A, States: { A: { Type: Pass, Result: { child: 1.0 }, End: true } } } }
  Parent:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionSubstitutions: { Child: !Ref Child, Approve: !Ref Approve }
      Definition:
        StartAt: Ask
        States:
          Ask: { Type: Choice, Choices: [ { Variable: $.ask, BooleanEquals: true, Next: Wait } ], Default: Nested }
          Wait: { Type: Task, Resource: '\${Approve}', TimeoutSeconds: 60, End: true }
          Nested:
            Type: Task
            Resource: arn:aws:states:::states:startExecution.sync:2
            Parameters: { StateMachineArn: '\${Child}' }
            OutputPath: $.Output
            End: true
`

let folder: ReturnType<typeof temporaryFolder>
let server: RunningServer
beforeAll(async () => {
  folder = temporaryFolder()
  mkdirSync(join(folder.path, 'shop'))
  writeFileSync(join(folder.path, 'shop/template.yaml'), template)
  server = await serverIn(folder.path)
})
afterAll(async () => {
  await server.stop()
  folder.remove()
})

const holdfast = (...words: readonly string[]) => runIn(folder.path, [...words, '--data', join(folder.path, 'data')])

it('creates machines and activities in the running server, and one machine starts the other', async () => {
  const { exitCode, out } = await holdfast('asl', 'import', 'shop', '--out', 'flows', '--start')
  expect(out).toContain('created  flows/Parent.asl.json')
  expect(exitCode).toBe(0)
  const ran = await holdfast(
    'asl',
    'run',
    'flows/Parent.asl.json',
    '--machine',
    'Parent',
    '--input',
    '{"ask":false}',
    '--json',
  )
  expect(ran).toMatchObject({ exitCode: 0 })
  expect(ran.out).toContain('"output":{"child":1.0}')
})

it('creates an express machine as one, and gives it a new definition the next time', async () => {
  const express = (seconds: number): string => `
Resources:
  Quick:
    Type: AWS::Serverless::StateMachine
    Properties: { Type: EXPRESS, Definition: { StartAt: A, States: { A: { Type: Wait, Seconds: ${seconds}, End: true } } } }
`
  const created = async (text: string) => {
    writeFileSync(join(folder.path, 'express.yaml'), text)
    return holdfast('asl', 'import', 'express.yaml', '--out', 'flows', '--force', '--start')
  }
  expect(await created(express(1))).toMatchObject({ exitCode: 0, err: '' })
  expect(await created(express(2))).toMatchObject({ exitCode: 0, err: '' })
  const { out } = await holdfast('asl', 'export', 'Quick', '--out', 'back')
  expect(out).toContain('back/Quick.asl.json')
  expect(readFileSync(join(folder.path, 'back/template.yaml'), 'utf8')).toContain('Type: EXPRESS')
  expect(readFileSync(join(folder.path, 'back/Quick.asl.json'), 'utf8')).toContain('"Seconds": 2')
})

it('writes stand-ins for functions that run with node and say that they are not written', async () => {
  await holdfast('asl', 'import', 'shop', '--out', 'flows', '--force', '--functions', 'functions.ts')
  const program = spawn(process.execPath, ['functions.ts'], { cwd: folder.path, env: { ...process.env, PORT: '0' } })
  try {
    const [said] = await once(program.stdout, 'data')
    const url = /http:\S+/.exec(String(said))?.[0] ?? ''
    expect(url).not.toBe('')
    const ask = (name: string) =>
      fetch(`${url}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`, { method: 'POST', body: '{"n":1}' })
    const answer = await ask('arn:aws:lambda:us-east-1:000000000000:function:Greet')
    expect(answer.headers.get('x-amz-function-error')).toBe('Unhandled')
    expect(await answer.json()).toEqual({
      errorType: 'NotWritten',
      errorMessage: 'The function Greet is not written yet. It was called with {"n":1}',
    })
    expect((await ask('Other')).status).toBe(404)
  } finally {
    program.kill()
  }
})
