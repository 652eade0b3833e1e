/** What the agent keeps of an instance: one file, written before whatever it announces. */
import type { InstanceSpec } from '../contract.ts'
import type { InstanceExit } from '../outcome.ts'

/** One life of the application's process. Written as an intent, before the process is started. */
export type Run = {
  readonly number: number
  readonly token: string
  /** Of the machine, when it was started: no process outlives it. */
  readonly boot: string
  readonly startedAt: number
  /** Its main process is gone and others were found that it left behind; they have had their signal. */
  readonly leftSince?: number
}

export type StopOrder = {
  readonly askedAt: number
  readonly killAt: number
  /** Written before the signal is sent, for a second SIGTERM ends many applications in the middle of their drain. */
  readonly signalledAt?: number
  /** Written after it was sent: an agent that died in between leaves open whether it was. */
  readonly sent?: boolean
  readonly killed?: boolean
  /** It is only to rest: it is still wanted, and the next agent starts it again. */
  readonly parked?: boolean
  /** Parked, and the next agent is here already: started as soon as it has come to rest. */
  readonly returns?: boolean
}

export type InstanceRecord = {
  readonly format: 1
  readonly spec: InstanceSpec
  readonly port?: number
  readonly createdAt: number
  readonly run?: Run
  /** Runs so far, this one included. */
  readonly runs: number
  /** The latest ones, oldest first. */
  readonly exits: readonly InstanceExit[]
  readonly crashLoop?: boolean
  /** Failures in a row that came soon: what the delay grows with. */
  readonly failures: number
  readonly nextStartAt?: number
  /** It comes back after the agent or the machine was down: somebody may have its port by now. */
  readonly returning?: boolean
  /** Its restart policy says that it is over. */
  readonly ended?: boolean
  readonly stop?: StopOrder
  readonly stoppedAt?: number
}

export const keptExits = 20
