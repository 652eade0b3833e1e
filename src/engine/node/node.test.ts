import { describeAnything } from './anything.suite.ts'
import { describeSharedMapRuns } from './map-run.suite.ts'
import { describeNodes } from './node.suite.ts'

describeNodes('one store', () => ({}))
describeAnything('one store', () => ({}), 40)
describeSharedMapRuns('one store', () => ({}))
