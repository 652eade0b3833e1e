import { order } from './order.ts'

export const procedures = [order]
