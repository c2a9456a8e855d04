import type { about as fr } from '../fr/about.ts'
import type { Sentences } from '../sentences.ts'

export const about: Sentences<typeof fr> = {
  version: 'Version {version}',
  hosted: { electron: 'Desktop application', web: 'In the browser, on this computer' },
  text: 'AutoTele prepares your messages; Telegram publishes them on time, even with the computer off.',
  builtTitle: 'Open-source software',
  builtText:
    'The components AutoTele is made of, each under its licence. The list comes from the program itself.',
  electron: 'Electron and Chromium bring theirs, in the program’s folder.',
  search: 'Find a name or a licence',
  count: '{n} component | {n} components',
  noText: 'This component brings no text of its own.',
  partsFailed: 'The list cannot be read',
  partsFailedText:
    'Load the page again; if it is still missing, the same list is in the program’s file THIRD-PARTY-LICENSES.txt.',
  moreTitle: 'Going further',
  independent: 'AutoTele is an independent program: neither published nor endorsed by Telegram.',
}
