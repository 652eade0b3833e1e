import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runIn, temporaryFolder } from '../test-world.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

function write(path: string, text: string): void {
  const full = join(folder.path, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, text)
}
const read = (path: string): string => readFileSync(join(folder.path, path), 'utf8')

type Report = {
  readonly machines: readonly {
    readonly name: string
    readonly type: string
    readonly unresolved: readonly { readonly place: string; readonly what: string; readonly repair: string }[]
    readonly findings: readonly unknown[]
    readonly notes: readonly string[]
    readonly calls: { readonly functions: readonly string[]; readonly services: readonly string[] }
  }[]
  readonly assumed: readonly { readonly id: string; readonly value: string }[]
  readonly notes: readonly string[]
}

async function imported(...words: readonly string[]) {
  const { exitCode, out, err } = await runIn(folder.path, ['asl', 'import', ...words, '--json'])
  return { exitCode, err, report: (out === '' ? undefined : JSON.parse(out)) as Report }
}

const arn = 'arn:aws:lambda:us-east-1:000000000000:function'
const succeed = '{"Type":"Succeed"}'

describe('a template of SAM', () => {
  const template = `
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: { Type: String, Default: test }
Resources:
  Pay:
    Type: AWS::Serverless::Function
    Properties: { Handler: pay.handler, CodeUri: pay/ }
  Refund:
    Type: AWS::Serverless::Function
    Properties: { FunctionName: !Sub 'refund-\${Stage}', Handler: refund.handler, CodeUri: refund/ }
  Orders:
    Type: AWS::Serverless::SimpleTable
  Checkout:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: flows/checkout.asl.json
      DefinitionSubstitutions:
        PayArn: !GetAtt Pay.Arn
        RefundName: !Ref Refund
        Table: !Ref Orders
        Wait: 5
      Events:
        Nightly: { Type: Schedule, Properties: { Schedule: rate(1 day) } }
      Policies: [ { LambdaInvokePolicy: { FunctionName: !Ref Pay } } ]
`
  const definition = `{
  "StartAt": "Pay",
  "States": {
    "Pay": { "Type": "Task", "Resource": "\${PayArn}", "TimeoutSeconds": \${Wait}, "Next": "Store" },
    "Store": {
      "Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem",
      "Parameters": { "TableName": "\${Table}", "Item": { "2": { "N": "1.50" }, "1": { "N": "12345678901234567890" } } },
      "Next": "Refund"
    },
    "Refund": {
      "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": { "FunctionName": "\${RefundName}", "Payload": { "rate": 1.0 } },
      "End": true
    }
  }
}
`

  it('gives one file for each machine, in its own layout and with its own numbers', async () => {
    write('template.yaml', template)
    write('flows/checkout.asl.json', definition)
    const { exitCode, report } = await imported('template.yaml', '--out', 'here')
    expect(exitCode).toBe(0)
    expect(read('here/Checkout.asl.json')).toBe(
      definition
        .replace('${PayArn}', `${arn}:Pay`)
        .replace('${Wait}', '5')
        .replace('${Table}', 'Orders')
        .replace('${RefundName}', 'refund-test'),
    )
    expect(report.machines[0]).toMatchObject({
      calls: { functions: ['Pay', 'refund-test'], services: ['dynamodb'] },
      notes: ['not started by itself here: event Nightly (Schedule)', 'Policies left out: nothing here assumes a role'],
    })
    expect(report.assumed).toEqual([{ id: 'Orders', type: 'AWS::Serverless::SimpleTable', value: 'Orders' }])
  })

  it('takes values that are given for parameters and for what it only assumed', async () => {
    write('template.yaml', template)
    write('flows/checkout.asl.json', definition)
    await imported('template.yaml', '--parameter', 'Stage=live', '--parameter', 'Orders=orders-7')
    expect(read('Checkout.asl.json')).toContain('"refund-live"')
    expect(read('Checkout.asl.json')).toContain('"orders-7"')
  })

  it('refuses a value that nothing asks for', async () => {
    write('template.yaml', template)
    write('flows/checkout.asl.json', definition)
    const { exitCode, err } = await imported('template.yaml', '--parameter', 'Stag=live')
    expect(exitCode).toBe(2)
    expect(err).toContain('--parameter Stag')
  })

  it('tells a placeholder without a value, and the file that is not there', async () => {
    write('template.yaml', template.replace('Table: !Ref Orders', 'Other: x'))
    write('flows/checkout.asl.json', definition)
    const { exitCode, report } = await imported('.')
    expect(exitCode).toBe(1)
    expect(report.machines[0]?.unresolved.map(({ what }) => what)).toEqual([
      '${Table} has no value in the DefinitionSubstitutions of Checkout',
    ])
    write('template.yaml', template.replace('flows/', 'flow/'))
    const again = await imported('.', '--force')
    expect(again.report.machines[0]?.unresolved[0]?.what).toContain('flow/checkout.asl.json: there is no such file')
    write('template.yaml', template.replace('checkout.asl', 'Checkout.asl'))
    const capital = await imported('.', '--force')
    expect(capital.report.machines[0]?.unresolved[0]?.repair).toBe('the file is called checkout.asl.json')
  })

  it('writes over no file unless it is told to', async () => {
    write('template.yaml', template)
    write('flows/checkout.asl.json', definition)
    write('Checkout.asl.json', 'mine')
    const { exitCode, err } = await imported('template.yaml')
    expect(exitCode).toBe(3)
    expect(err).toContain('--force')
    expect(read('Checkout.asl.json')).toBe('mine')
  })

  it.each([
    ['a path that leads out', '../secret.json'],
    ['an absolute path', '/secret.json'],
    ['a link that leads out', 'link.json'],
    ['a folder that is a link', 'elsewhere/secret.json'],
  ])('does not read %s of the folder of the template, and says how it is read all the same', async (_, uri) => {
    write('secret.json', `{"StartAt":"Private","States":{"Private":${succeed}}}`)
    mkdirSync(join(folder.path, 'app'))
    symlinkSync('../secret.json', join(folder.path, 'app/link.json'))
    symlinkSync('..', join(folder.path, 'app/elsewhere'))
    const DefinitionUri = uri.startsWith('/') ? join(folder.path, uri) : uri
    const machine = { Type: 'AWS::Serverless::StateMachine', Properties: { DefinitionUri } }
    write('app/template.json', JSON.stringify({ Resources: { Odd: machine } }))
    const { exitCode, report } = await imported('app/template.json')
    expect(exitCode).toBe(1)
    expect(report.machines[0]?.unresolved).toMatchObject([
      {
        what: `The definition ${DefinitionUri} of Odd lies outside the folder of its template`,
        place: expect.stringContaining('template.json'),
        repair: 'if it is the right file, hand it over with --definition Odd=FILE',
      },
    ])
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.asl.json'))).toEqual([])
    const handed = await imported('app/template.json', '--definition', 'Odd=secret.json')
    expect(handed.exitCode).toBe(0)
    expect(read('Odd.asl.json')).toContain('Private')
  })

  it('reads a definition in YAML, and one that stands in the template', async () => {
    write(
      'flow.asl.yaml',
      'StartAt: A\nStates:\n  A: { Type: Pass, Result: { rate: 1.0, b: yes-no }, Next: B }\n  B: { Type: Succeed }\n',
    )
    write(
      'template.yml',
      `
Resources:
  FromFile: { Type: AWS::Serverless::StateMachine, Properties: { DefinitionUri: flow.asl.yaml, Type: EXPRESS } }
  Inline:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: A
        States:
          A: { Type: Task, Resource: !GetAtt Work.Arn, TimeoutSeconds: 1, End: true }
  Work: { Type: AWS::Serverless::Function, Properties: {} }
`,
    )
    const { exitCode, report } = await imported('.')
    expect(exitCode).toBe(0)
    expect(report.machines.map(({ name, type }) => [name, type])).toEqual([
      ['FromFile', 'EXPRESS'],
      ['Inline', 'STANDARD'],
    ])
    expect(read('FromFile.asl.json')).toContain('"rate": 1.0')
    expect(read('Inline.asl.json')).toContain(`"Resource": "${arn}:Work"`)
  })
})

describe('a template of CloudFormation', () => {
  const stack = (properties: string, rest = ''): string => `
Parameters:
  Topic: { Type: String }
Mappings: { Hosts: { us-east-1: { name: east } } }
Conditions:
  Live: !Not [!Equals [!Ref 'AWS::Region', us-east-1]]
Resources:
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: !Sub '\${AWS::StackName}-machine'
      RoleArn: !GetAtt Role.Arn
${properties}
${rest}
`

  it('carries out the functions of a DefinitionString', async () => {
    write(
      'shop.yaml',
      stack(`
      DefinitionString: !Sub
        - |
          {"StartAt":"A","States":{"A":{"Type":"Pass","Result":{"topic":"\${Where}","host":"\${Host}","kept":"\${!literal}","region":"\${AWS::Region}"},"End":true}}}
        - Where: !Join [':', [!Ref Topic, !Select [1, !Split ['-', 'a-b']], !If [Live, live, dry]]]
          Host: !FindInMap [Hosts, !Ref 'AWS::Region', name]`),
    )
    const { exitCode } = await imported('shop.yaml', '--parameter', 'Topic=t')
    expect(JSON.parse(read('shop-machine.asl.json')).States.A.Result).toEqual({
      topic: 't:b:dry',
      host: 'east',
      kept: '${literal}',
      region: 'us-east-1',
    })
    // `${literal}` has no value: it is what the author wrote, and told.
    expect(exitCode).toBe(1)
  })

  it('tells each thing without a value, with its line and what to say', async () => {
    write(
      'shop.yaml',
      stack(
        `
      Definition:
        StartAt: A
        States:
          A:
            Type: Pass
            Parameters:
              topic: !Ref Topic
              other: !ImportValue network
              zone: !GetAtt Child.Outputs.Zone
              near: !Ref Machin
            End: true`,
        '  Child: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ./child.yaml } }',
      ),
    )
    const { exitCode, report } = await imported('shop.yaml')
    expect(exitCode).toBe(1)
    expect(report.machines[0]?.unresolved).toEqual([
      { place: 'shop.yaml:20:27', what: 'the parameter Topic has no default', repair: '--parameter Topic=VALUE' },
      { place: 'shop.yaml:21:35', what: 'network is exported by another stack', repair: '--parameter network=VALUE' },
      {
        place: 'shop.yaml:22:29',
        what: 'Child.Outputs.Zone comes from a nested stack',
        repair: '--parameter Child.Outputs.Zone=VALUE',
      },
      {
        place: 'shop.yaml:23:26',
        what: 'Machin is nothing of this template; did it mean Machine?',
        repair: '--parameter Machin=VALUE',
      },
    ])
    expect(report.notes).toEqual([
      'Child is a nested stack, which has machines of its own or none: holdfast asl import ./child.yaml',
    ])
  })

  it('leaves out a machine whose condition does not hold, and says so', async () => {
    write(
      'shop.yaml',
      stack(`      DefinitionString: '{"StartAt":"A","States":{"A":${succeed}}}'\n    Condition: Live`),
    )
    const { exitCode, report } = await imported('shop.yaml')
    expect(exitCode).toBe(1)
    expect(report.notes).toEqual(['Machine is left out: the condition Live does not hold'])
  })

  it('takes a closing bracket at the left of what it closes, as CloudFormation does', async () => {
    const definition = `'{"StartAt":"A","States":{"A":${succeed}}}'`
    write(
      'shop.yaml',
      stack(
        `      DefinitionString: ${definition}\n      Tags: [\n        a\n      ]\n      More: {\n        b: c\n    }`,
      ),
    )
    expect(await imported('shop.yaml')).toMatchObject({ exitCode: 0 })
  })

  it('gives a fault of YAML its line', async () => {
    write('shop.yaml', 'Resources:\n  A: [1\n')
    const { exitCode, err } = await imported('shop.yaml')
    expect(exitCode).toBe(1)
    expect(err).toMatch(/shop\.yaml:\d+:\d+/)
  })
})

describe('a folder that CDK wrote', () => {
  it('joins definitions out of references, and finds assets by their hash', async () => {
    const definition = {
      'Fn::Join': [
        '',
        [
          '{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:',
          { Ref: 'AWS::Partition' },
          ':states:::lambda:invoke","Parameters":{"FunctionName":"',
          { 'Fn::GetAtt': ['Fn9270CBC0', 'Arn'] },
          '"},"End":true}}}',
        ],
      ],
    }
    const bucket = { 'Fn::Sub': 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}' }
    const template = {
      Resources: {
        Fn9270CBC0: { Type: 'AWS::Lambda::Function', Properties: { Handler: 'index.handler' } },
        Joined: { Type: 'AWS::StepFunctions::StateMachine', Properties: { DefinitionString: definition } },
        Asset: {
          Type: 'AWS::StepFunctions::StateMachine',
          Properties: {
            DefinitionS3Location: { Bucket: bucket, Key: 'abc123.json' },
            DefinitionSubstitutions: { Fn: { 'Fn::GetAtt': ['Fn9270CBC0', 'Arn'] } },
          },
        },
        Far: {
          Type: 'AWS::StepFunctions::StateMachine',
          Properties: { DefinitionS3Location: { Bucket: 'elsewhere', Key: 'flow.json' } },
        },
      },
    }
    write('cdk.out/Shop.template.json', JSON.stringify(template, undefined, 1))
    write('cdk.out/asset.abc123.json', `{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"\${Fn}","End":true}}}`)
    write('mine.json', `{"StartAt":"A","States":{"A":${succeed}}}`)
    const { exitCode, report } = await imported('.', '--out', 'flows')
    expect(exitCode).toBe(1)
    expect(report.machines.find(({ name }) => name === 'Far')?.unresolved[0]).toMatchObject({
      what: 'the definition lies in S3, at s3://elsewhere/flow.json',
      repair: 'aws s3 cp s3://elsewhere/flow.json Far.json, then --definition Far=Far.json',
    })
    expect(JSON.parse(read('flows/Joined.asl.json')).States.A.Parameters.FunctionName).toBe(`${arn}:Fn9270CBC0`)
    expect(JSON.parse(read('flows/Asset.asl.json')).States.A.Resource).toBe(`${arn}:Fn9270CBC0`)
    const complete = await imported('.', '--out', 'flows', '--force', '--definition', 'Far=mine.json')
    expect(complete.exitCode).toBe(0)
    expect(complete.report.machines).toHaveLength(3)
  })
})

describe('a template that nobody should trust', () => {
  const machine = (name: string): string =>
    `{ Type: AWS::Serverless::StateMachine, Properties: { Name: ${name}, Definition: { StartAt: A, States: { A: ${succeed} } } } }`

  it('writes nothing outside the folder, and no machine over another', async () => {
    const names = ["'../../a b'", "'..-..-a-b'", "'..-..-A-B'"]
    write('in/template.yaml', `Resources:\n${names.map((name, i) => `  M${i}: ${machine(name)}\n`).join('')}`)
    const { exitCode } = await imported('in/template.yaml', '--out', 'out/flows')
    expect(exitCode).toBe(0)
    expect(readdirSync(folder.path).toSorted()).toEqual(['in', 'out'])
    expect(readdirSync(join(folder.path, 'out/flows'))).toHaveLength(3)
  })

  it('brings no code into the stand-ins of its functions', async () => {
    const code = '"x\\u2028throw 1 //\\u2029throw 2 //\\nthrow 3 //"'
    const properties = `{ Handler: a.b, CodeUri: ${code} }`
    write(
      'template.yaml',
      `Resources:\n  F: { Type: AWS::Serverless::Function, Properties: ${properties} }\n  M: ${machine('m')}\n`,
    )
    await imported('template.yaml', '--functions', 'functions.ts')
    expect(read('functions.ts')).toContain('// In the template: x throw 1 // throw 2 // throw 3 // a.b\n')
  })

  it('does not send the reader round in circles', async () => {
    const own = '{ "Fn::Equals": [{ "Fn::If": [Own, a, b] }, a] }'
    write('template.yaml', `Conditions: { Own: ${own} }\nResources:\n  M: ${machine('!If [Own, a, b]')}\n`)
    expect((await imported('template.yaml')).report.machines[0]?.name).toBe('b')
    write('anchors.yaml', 'Resources: &all\n  M: *all\n')
    expect((await imported('anchors.yaml')).err).toMatch(/"cli.file_invalid".*an anchor holds itself/)
  })
})
