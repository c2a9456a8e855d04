import { account } from './account.ts'
import { common } from './common.ts'
import { attention, licenses } from './licenses.ts'
import { payments } from './payments.ts'
import { problems } from './problems.ts'
import { audit, keys, people, statistics } from './system.ts'

export const fr = {
  common,
  problems,
  account,
  attention,
  licenses,
  payments,
  statistics,
  keys,
  people,
  audit,
}
