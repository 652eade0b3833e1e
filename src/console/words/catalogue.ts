import { accessWords } from '../pages/access/words.ts'
import { auditWords } from '../pages/audit/words.ts'
import { deployWords } from '../pages/deploys/words.ts'
import { executionWords } from '../pages/executions/words.ts'
import { hostWords } from '../pages/hosts/words.ts'
import { lockWords } from '../pages/locks/words.ts'
import { machineWords } from '../pages/machines/words.ts'
import { overviewWords } from '../pages/overview/words.ts'
import { signInWords } from '../pages/sign-in/words.ts'
import { partWords } from '../parts/words.ts'
import { shellWords } from '../shell/words.ts'

/** Section → its entries. A folder of pages adds one line. */
export const catalogue = {
  shell: shellWords,
  part: partWords,
  signIn: signInWords,
  overview: overviewWords,
  deploy: deployWords,
  execution: executionWords,
  machine: machineWords,
  lock: lockWords,
  audit: auditWords,
  access: accessWords,
  host: hostWords,
}
