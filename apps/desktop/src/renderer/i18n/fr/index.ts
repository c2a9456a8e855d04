import { accounts } from './accounts.ts'
import { calendar } from './calendar.ts'
import { common } from './common.ts'
import { composer } from './composer.ts'
import { deliveries } from './deliveries.ts'
import { diagnostics } from './diagnostics.ts'
import { errors } from './errors.ts'
import { findings } from './findings.ts'
import { history } from './history.ts'
import { imports } from './imports.ts'
import { license } from './license.ts'
import { network } from './network.ts'
import { onboarding } from './onboarding.ts'
import { series } from './series.ts'
import { settings } from './settings.ts'
import { shell } from './shell.ts'

export const fr = {
  common,
  shell,
  onboarding,
  accounts,
  composer,
  deliveries,
  diagnostics,
  calendar,
  history,
  imports,
  license,
  network,
  series,
  settings,
  errors,
  findings,
}
