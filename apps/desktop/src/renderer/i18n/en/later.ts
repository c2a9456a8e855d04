import { about } from './about.ts'
import { application } from './application.ts'
import { backup } from './backup.ts'
import { examination } from './examination.ts'
import { help } from './help.ts'
import { logs } from './logs.ts'
import { privacy } from './privacy.ts'
import { protection } from './protection.ts'
import { templates } from './templates.ts'
import { diagnostics } from './diagnostics.ts'
import { errors } from './errors.ts'
import { findings } from './findings.ts'

/** What the first page does not say: fetched once it stands. */
export const later = {
  about,
  application,
  backup,
  examination,
  help,
  logs,
  privacy,
  protection,
  templates,
  diagnostics,
  errors,
  findings,
}
