import type { Messages } from '../sentences.ts'
import { first } from './first.ts'
import { later } from './later.ts'

export const en: Messages = { ...first, ...later }
