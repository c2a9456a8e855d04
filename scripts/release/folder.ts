import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ReleaseFile } from '../../packages/crypto/src/index.ts'

// Names as electron-builder.config.mjs makes them; AppImage and deb have their own words for a processor.
const FORMS = [
  [/^-win-(x64|arm64)-setup\.exe$/, 'win32', 'nsis'],
  [/^-win-(x64|arm64)-portable\.exe$/, 'win32', 'portable'],
  [/^-linux-(x86_64|arm64)\.AppImage$/, 'linux', 'appimage'],
  [/^-linux-(amd64|arm64)\.deb$/, 'linux', 'deb'],
  [/^-mac-(x64|arm64)\.dmg$/, 'darwin', 'dmg'],
  [/^-mac-(x64|arm64)\.zip$/, 'darwin', 'zip'],
] as const

/** What a file of a release is, by its name; undefined for anything else. `version` must stand in the name. */
export function recognise(
  name: string,
  version: string,
): Pick<ReleaseFile, 'name' | 'platform' | 'arch' | 'form'> | undefined {
  if (!name.startsWith(`AutoTele-${version}-`)) return undefined
  for (const [pattern, platform, form] of FORMS) {
    const arch = pattern.exec(name.slice(`AutoTele-${version}`.length))?.[1]
    if (arch !== undefined) return { name, platform, form, arch: arch === 'arm64' ? 'arm64' : 'x64' }
  }
  return undefined
}

/** The files of a release with their sizes and hashes, by name. Throws when one is of another version, or none is there. */
export async function measureFolder(folder: string, version: string): Promise<ReleaseFile[]> {
  const names = (await readdir(folder)).filter(name => /\.(?:exe|AppImage|deb|dmg|zip)$/.test(name)).sort()
  const files = await Promise.all(
    names.map(async name => {
      const what = recognise(name, version)
      if (what === undefined) throw new Error(`${name} is no file of version ${version}`)
      const path = join(folder, name)
      return { ...what, size: (await stat(path)).size, sha512: await sha512(path) }
    }),
  )
  if (files.length === 0) throw new Error(`there is nothing to sign in ${folder}`)
  return files
}

async function sha512(path: string): Promise<string> {
  const hash = createHash('sha512')
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer)
  return hash.digest('hex')
}

/**
 * What a version brought, from the text of CHANGELOG.md: the section of that version, in which `### Français` and
 * `### English` say it twice. Throws when one is missing: a release without words is not announced.
 */
export function notesOf(changelog: string, version: string): { fr: string; en: string } {
  const section = changelog
    .split(/^## /m)
    .find(text => text.startsWith(`${version} `) || text.startsWith(`${version}\n`))
  const part = (title: string): string => {
    const text = section?.split(/^### /m).find(piece => piece.startsWith(`${title}\n`))
    const words = text?.slice(title.length).trim()
    if (!words) throw new Error(`CHANGELOG.md says nothing about ${version} under “${title}”`)
    return words
  }
  return { fr: part('Français'), en: part('English') }
}
