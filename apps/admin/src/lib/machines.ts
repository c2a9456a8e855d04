/** As people write the names of the systems that devices tell. */
const PLATFORMS: Readonly<Record<string, string>> = { windows: 'Windows', macos: 'macOS', linux: 'Linux' }

export const platformName = (platform: string): string => PLATFORMS[platform] ?? platform

// Every browser names others for the sake of old pages: the first of these that is there is the one it is.
const BROWSERS = [
  ['Edge', /\bEdg(?:A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Headless)?Chrome\/|\bCriOS\//],
  ['Safari', /\bSafari\//],
] as const
const SYSTEMS = [
  ['Windows', /\bWindows\b/],
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(?:iPhone|iPad)\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
] as const

/** `Firefox · Windows` of what a browser says it is; that text itself when it is none of the known ones. */
export function browserName(userAgent: string): string {
  const found = [BROWSERS, SYSTEMS].map(list => list.find(([, sign]) => sign.test(userAgent))?.[0])
  return found.every(name => name !== undefined) ? found.join(' · ') : userAgent
}
