import { folded } from '../../lib/search.ts'

/** A package inside the program, with its licence: SPDX expression, and the text the package brings, or none. */
export type Part = {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly text: string
}

/** What this build is made of, as the build itself found it; throws where it was not built or does not arrive. */
export async function readParts(): Promise<readonly Part[]> {
  const address = new URL('third-party.js', document.baseURI).href
  const { default: parts } = (await import(/* @vite-ignore */ address)) as { default: readonly Part[] }
  return parts
}

/** Those whose name or licence holds every word. */
export function searchParts(parts: readonly Part[], search: string): readonly Part[] {
  const words = folded(search).split(/\s+/)
  return parts.filter(({ name, license }) => {
    const text = folded(`${name} ${license}`)
    return words.every(word => text.includes(word))
  })
}
