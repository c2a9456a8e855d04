import type { about as fr } from '../fr/about.ts'
import type { Sentences } from '../sentences.ts'

export const about: Sentences<typeof fr> = {
  version: 'Version {version}',
  hosted: { electron: 'Desktop application', web: 'In the browser, on this computer' },
  text: 'AutoTele prepares your messages; Telegram publishes them on time, with the computer off.',
  builtTitle: 'Built with',
  builtText: 'Free software, each under its own licence:',
  moreTitle: 'To go further',
  independent: 'AutoTele is an independent program: neither published nor endorsed by Telegram.',
}
