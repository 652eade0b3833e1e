/** `keys add`: from now on releases that this key signs are accepted. */
import { Command } from 'commander'
import { answer, type Context, withExamples } from '../../context.ts'
import { ownKeyPath, publicPemOf, readKey } from '../../deployments/signing-key.ts'
import { connect, type ServerOptions, withServerOptions } from '../../find-server.ts'

type Options = ServerOptions & { readonly name?: string; readonly json?: true }

export function addKeyCommand(context: Context): Command {
  const command = new Command('add')
    .description('register a public key: releases that it signs are accepted')
    .argument('[file]', 'Ed25519 key in PEM; of a private one only the public half is sent (default: your own)')
    .option('--name <name>', 'whose key it is (default: you and this machine)')
    .option('--json', 'print the key as JSON')
    .action(async (file: string | undefined, options: Options) => {
      const { world, paint } = context
      const path = file ?? ownKeyPath(world, options)
      const publicKey = publicPemOf(await readKey(world, path), path)
      const api = await connect(world, options)
      const { value, plain } = await api.deploys.addKey({ name: options.name ?? world.person, publicKey })
      answer(
        context,
        options.json === true,
        plain,
        () => `${paint.state('done', 'registered')}  ${value.id}  ${value.name}`,
      )
    })
  return withExamples(withServerOptions(command), [
    ['holdfast keys add ci.pem --name ci', 'what a pipeline signs is accepted'],
  ])
}
