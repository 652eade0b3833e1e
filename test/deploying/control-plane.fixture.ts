/** A control plane that comes to a stop inside a call, to be killed there. */
import type { Call, Deployer } from '../../src/deploy/index.ts'
import { Idempotency } from '../../src/server/api/idempotency.ts'
import { type Death, startPlane, type Word } from './control-plane.ts'

const [folder = '', order = '{}'] = process.argv.slice(2)
/** Safe: `Victim` wrote it. */
const death = JSON.parse(order) as Death
const say = (word: Word): void => void process.send?.(word)

/** It is killed while it hangs: no answer ever comes. */
function hang(): Promise<never> {
  say({ reached: true })
  return new Promise(() => {})
}

function deadly(call: Call): Call {
  return {
    async run(parameters, context) {
      if (death.undo === true) return call.run(parameters, context)
      if (death.moment === 'before') return hang()
      await call.run(parameters, context)
      return hang()
    },
    async undo(parameters, outcome, context) {
      if (death.undo !== true) return call.undo(parameters, outcome, context)
      if (death.moment === 'before') return hang()
      await call.undo(parameters, outcome, context)
      return hang()
    },
  }
}

/** A request has done all that it asks for, and its answer is neither kept nor sent. */
function hangBeforeAnswers(): void {
  const { once } = Idempotency.prototype
  Idempotency.prototype.once = function (this: Idempotency, asked) {
    const run = async () => {
      await asked.run()
      return hang()
    }
    return once.call(this, { ...asked, run })
  }
}

const alter = (deployer: Deployer): Deployer => ({
  ...deployer,
  calls: Object.fromEntries(
    Object.entries(deployer.calls).map(([name, call]) => [name, name === death.call ? deadly(call) : call]),
  ),
})

if (death.call === 'answer') hangBeforeAnswers()
const { url, tokenFile } = await startPlane(folder, alter)
say({ up: { url, tokenFile } })
