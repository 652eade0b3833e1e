/** What the file system throws, told in our words. */
import { diskFailed, folderUnwritable } from '../errors.ts'
import { fullAt } from './free-space.ts'

const fullCodes: readonly unknown[] = ['ENOSPC', 'EDQUOT']
const failedCodes: readonly unknown[] = ['EIO', 'EROFS']

/** The error that a person can act on; what is no error of the file system stays as it is. `folder` is where the file lies. */
export function fileFaultOf(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error
  if (fullCodes.includes(error.code)) return fullAt(folder, error)
  if (failedCodes.includes(error.code)) return diskFailed(folder, error.message, error)
  return folderUnwritable(folder, error)
}
