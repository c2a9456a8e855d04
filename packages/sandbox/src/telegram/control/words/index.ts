import { en } from './en.ts'
import { fr } from './fr.ts'
import type { Words } from './words.ts'

export type { Words } from './words.ts'

/** The language a browser asks for; French unless it prefers English to it (RFC 9110, section 12.5.4). */
export const wordsFor = (acceptLanguage: string | undefined): Words => {
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map(part => {
      const [tag = '', ...parameters] = part.trim().split(';')
      const quality = parameters
        .find(one => one.trim().startsWith('q='))
        ?.trim()
        .slice(2)
      return { language: tag.toLowerCase().slice(0, 2), quality: quality === undefined ? 1 : Number(quality) }
    })
    .filter(({ language, quality }) => (language === 'fr' || language === 'en') && quality > 0)
    .sort((a, b) => b.quality - a.quality)
  return wanted[0]?.language === 'en' ? en : fr
}
