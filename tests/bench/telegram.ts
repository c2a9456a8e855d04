import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Place } from './place.ts'

// `pnpm bench:telegram [telegram|teleproto] [measurements]`: each measurement in a process of its own, against a data centre in
// another. What counts are the ratios: both sides of one are measured in the same run.

const run = promisify(execFile)
const here = import.meta.dirname
const libraries = process.argv[2] === undefined ? ['telegram', 'teleproto'] : [process.argv[2]]
const wanted = process.argv.slice(3)
const all = ['sends', 'uploads', 'connecting', 'dialogs', 'memory']

async function inProcess(library: string, file: string, args: readonly string[]): Promise<object> {
  const conditions = library === 'teleproto' ? ['--conditions=teleproto'] : []
  const dataCentre = fork(join(here, 'data-centre.ts'))
  const [place] = (await once(dataCentre, 'message')) as [Place]
  const env = { ...process.env, TELEGRAM_LIBRARY: library, PLACE: JSON.stringify(place) }
  const { stdout } = await run(
    process.execPath,
    ['--expose-gc', '--disable-warning=ExperimentalWarning', ...conditions, file, ...args],
    { env, timeout: 600_000 },
  ).finally(() => dataCentre.disconnect())
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as object
}

const figure = (value: number): string => String(Number(value.toFixed(2)))

type Stages = Record<'empty' | 'idle' | 'read' | 'refreshed' | 'again', { heap: number; rss: number }>

/** A whole core and as many clients of the library; the gateway's connections alone tell whose the difference is. */
async function memory(library: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'autotele-bench-'))
  const sides = {} as Record<'core' | 'gateway' | 'bare', Stages>
  for (const side of ['core', 'gateway', 'bare'] as const) {
    const entry = join(here, `idle-${side}.ts`)
    // The product is measured as it is shipped, in one file.
    const file = side === 'bare' ? entry : join(folder, `idle-${side}.mjs`)
    if (file !== entry)
      await run(process.execPath, [join(here, 'bundle-one.ts'), entry, folder, `idle-${side}`], {
        env: { ...process.env, TELEGRAM_LIBRARY: library },
      })
    sides[side] = (await inProcess(library, file, [])) as Stages
    const words = Object.entries(sides[side]).map(
      ([stage, { heap, rss }]) => `${stage} ${figure(heap)} (${figure(rss)})`,
    )
    process.stdout.write(`  ${`memory ${side}`.padEnd(16)}${words.join('  ')}  MB of heap (of the process)\n`)
  }
  const { core, bare } = sides
  for (const kind of ['heap', 'rss'] as const) {
    const grown = (stages: Stages): number => stages.idle[kind] - stages.empty[kind]
    process.stdout.write(
      `  ratio of ${kind}: twenty accounts ${figure(grown(core) / grown(bare))}  in all ${figure(core.idle[kind] / bare.idle[kind])}\n`,
    )
  }
  rmSync(folder, { recursive: true, force: true })
}

for (const library of libraries) {
  process.stdout.write(`\n${library}\n`)
  for (const what of wanted.length > 0 ? wanted : all) {
    if (what === 'memory') {
      await memory(library)
      continue
    }
    const figures = await inProcess(library, join(here, 'measure.ts'), [what])
    const words = Object.entries(figures).map(([name, value]) => `${name} ${figure(Number(value))}`)
    process.stdout.write(`  ${what.padEnd(16)}${words.join('  ')}\n`)
  }
}
