import { accounts } from './accounts.ts'
import { calendar } from './calendar.ts'
import { common } from './common.ts'
import { composer } from './composer.ts'
import { deliveries } from './deliveries.ts'
import { history } from './history.ts'
import { imports } from './imports.ts'
import { license } from './license.ts'
import { network } from './network.ts'
import { onboarding } from './onboarding.ts'
import { series } from './series.ts'
import { settings } from './settings.ts'
import { shell } from './shell.ts'

/** What any page shows as soon as it opens. */
export const first = {
  common,
  shell,
  onboarding,
  accounts,
  composer,
  deliveries,
  calendar,
  history,
  imports,
  license,
  network,
  series,
  settings,
}
