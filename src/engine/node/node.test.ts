import { describeAnything } from './anything.suite.ts'
import { describeNodes } from './node.suite.ts'

describeNodes('one store', () => ({}))
describeAnything('one store', () => ({}), 40)
