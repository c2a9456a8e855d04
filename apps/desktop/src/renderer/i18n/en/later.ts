import { diagnostics } from './diagnostics.ts'
import { errors } from './errors.ts'
import { findings } from './findings.ts'

/** What is said when something went wrong: fetched once the first page stands. */
export const later = { diagnostics, errors, findings }
