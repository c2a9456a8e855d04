import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..', '..')
export const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** Every Markdown file of the repository that is there, tracked or new. */
export const documents: readonly string[] = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\0')
  .filter(path => path !== '' && existsSync(join(root, path)))

export type Block = { readonly info: string; readonly text: string }

/** A document's fenced blocks, and what is left without them and without comments. */
export function parse(path: string): { readonly blocks: readonly Block[]; readonly prose: string } {
  const blocks: Block[] = []
  const prose = read(path)
    .replaceAll('\r\n', '\n')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/^```(.*)\n([\s\S]*?)^```$/gm, (_, info: string, text: string) => {
      blocks.push({ info: info.trim(), text })
      return ''
    })
  return { blocks, prose }
}

export const headings = (prose: string): readonly string[] => prose.match(/^#{1,6} .*$/gm) ?? []

/** The anchors of a document's headings, as GitHub makes them. */
export function anchors(prose: string): ReadonlySet<string> {
  const known = new Map<string, number>()
  return new Set(
    headings(prose).map(heading => {
      const slug = heading
        .replace(/^#+ /, '')
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
        .replaceAll(' ', '-')
      const before = known.get(slug) ?? 0
      known.set(slug, before + 1)
      return before === 0 ? slug : `${slug}-${String(before)}`
    }),
  )
}

/** The lines of shell blocks that are commands: continued lines joined, no comments. */
export const commandLines = ({ text }: Block): readonly string[] =>
  text
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
