/** What an intrinsic call can do wrong: not be one, or not work with the values it was given. */
import { HoldfastError } from '../../base/index.ts'
import { PathSyntaxError } from '../path/index.ts'

/** The text is neither a path nor a call. It is a PathSyntaxError too, so one catch sees every wrong `.$` value. */
export class ValueSyntaxError extends PathSyntaxError {
  constructor(message: string, offset: number) {
    super(message, offset, 'intrinsic.syntax')
  }
}

/** The call is well formed but cannot be answered (States.IntrinsicFailure). */
export class IntrinsicFailure extends HoldfastError {
  constructor(message: string) {
    super('intrinsic.failure', message)
  }
}
