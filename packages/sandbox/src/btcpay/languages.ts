/** The languages of the checkout page that `GET /misc/lang` offers; the page itself is written in the first two. */
export const languages = [
  { code: 'fr-FR', currentLanguage: 'Français' },
  { code: 'en', currentLanguage: 'English' },
  { code: 'de-DE', currentLanguage: 'Deutsch' },
  { code: 'es-ES', currentLanguage: 'Español' },
  { code: 'it-IT', currentLanguage: 'Italiano' },
  { code: 'nl-NL', currentLanguage: 'Nederlands' },
  { code: 'pt-PT', currentLanguage: 'Português' },
]

/** The language code in BTCPay's own spelling; undefined when it has no such language. */
export function findLanguage(code: string): string | undefined {
  const wanted = code.toLowerCase()
  const [primary = ''] = wanted.split('-')
  const found =
    languages.find(language => language.code.toLowerCase() === wanted) ??
    languages.find(language => language.code.toLowerCase().split('-')[0] === primary)
  return found?.code
}
