import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Place } from './data-centre.ts'

// `pnpm bench:telegram [telegram|teleproto] [measurements]`: each measurement in a process of its own, against a data centre in
// another. What counts are the ratios: both sides of one are measured in the same run.

const run = promisify(execFile)
const here = import.meta.dirname
const libraries = process.argv[2] === undefined ? ['telegram', 'teleproto'] : [process.argv[2]]
const wanted = process.argv.slice(3)
const all = ['sends', 'uploads', 'connecting', 'dialogs', 'idle-gateway', 'idle-bare', 'refreshes']

async function measure(library: string, what: string, place: Place): Promise<Record<string, number>> {
  const conditions = library === 'teleproto' ? ['--conditions=teleproto'] : []
  const { stdout } = await run(
    process.execPath,
    ['--expose-gc', ...conditions, join(here, 'measure.ts'), what],
    { env: { ...process.env, LIBRARY: library, PLACE: JSON.stringify(place) }, timeout: 600_000 },
  )
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, number>
}

for (const library of libraries) {
  process.stdout.write(`\n${library}\n`)
  for (const what of wanted.length > 0 ? wanted : all) {
    const dataCentre = fork(join(here, 'data-centre.ts'))
    const [place] = (await once(dataCentre, 'message')) as [Place]
    const figures = await measure(library, what, place).finally(() => dataCentre.disconnect())
    const words = Object.entries(figures).map(([name, value]) => `${name} ${Number(value.toFixed(2))}`)
    process.stdout.write(`  ${what.padEnd(14)}${words.join('  ')}\n`)
  }
}
