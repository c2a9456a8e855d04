// `pnpm --filter @autotele/desktop audit:electron`: Electronegativity over the shell, as JavaScript, since its parser is
// older than our TypeScript. Fails on anything above informational that docs/adr/0005 does not explain.
// The tool is fetched for the run and is no dependency of ours (same document).
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import ts from 'typescript'

const TOOL = '@doyensec/electronegativity@1.10.3'
/** Findings that stand, by check and file, each with its reason in the document. */
const EXPLAINED = new Set([
  'CSP_GLOBAL_CHECK N/A',
  'OPEN_EXTERNAL_JS_CHECK main-security.js',
  'PRELOAD_JS_CHECK main-window.js',
  'PROTOCOL_HANDLER_JS_CHECK main-deep-links.js',
])

const app = dirname(import.meta.dirname)
const electron = JSON.parse(
  readFileSync(join(app, 'node_modules', 'electron', 'package.json'), 'utf8'),
).version
const folder = mkdtempSync(join(tmpdir(), 'autotele-audit-'))
const report = join(folder, 'report.csv')
try {
  const input = join(folder, 'input')
  mkdirSync(input)
  const sources = globSync(['src/main/*.ts', 'src/preload/*.ts'], { cwd: app }).filter(
    name => !name.endsWith('.test.ts'),
  )
  for (const name of sources) {
    const { outputText } = ts.transpileModule(readFileSync(join(app, name), 'utf8'), {
      compilerOptions: { target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.ES2020 },
    })
    writeFileSync(join(input, `${basename(dirname(name))}-${basename(name, '.ts')}.js`), outputText)
  }
  cpSync(join(app, 'src', 'renderer', 'index.html'), join(input, 'index.html'))

  const findings = audit(input)
  const open = findings.filter(line => !EXPLAINED.has(subject(line)))
  for (const line of open) console.error(line)
  console.log(
    `${sources.length} files, ${findings.length} findings above informational, ${open.length} not explained`,
  )
  process.exitCode = open.length === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Every finding above informational, as lines of CSV. */
function audit(input) {
  const args = [
    '--yes',
    TOOL,
    '--electron-version',
    electron,
    '--input',
    input,
    '--output',
    report,
    '--relative',
  ]
  let output = ''
  // Without a network the tool fails while it looks for Electron's releases, mostly after its report, sometimes before.
  for (let attempt = 0; attempt < 5; attempt++) {
    rmSync(report, { force: true })
    const { stdout, stderr } = spawnSync('npx', args, {
      encoding: 'utf8',
      cwd: folder,
      shell: process.platform === 'win32',
    })
    output = stdout + stderr
    const unread = /(?:error parsing|unable to parse|skipping).*/i.exec(output)
    if (unread !== null) throw new Error(`Electronegativity could not read everything: ${unread[0]}`)
    const lines = existsSync(report) ? readFileSync(report, 'utf8').trim().split('\n').slice(1) : []
    const findings = lines.filter(line => line !== '' && !/^[^,]*,"INFORMATIONAL"/.test(line))
    // It reports these of every shell there can be: their absence would mean that nothing was looked at.
    const subjects = findings.map(subject)
    if ([...EXPLAINED].every(known => subjects.includes(known))) return findings
  }
  throw new Error(`Electronegativity did not look at everything.\n${output}`)
}

/** `CHECK file` of `CHECK,"SEVERITY","CONFIDENCE","file",…`. */
function subject(line) {
  const [check = '', , , file = ''] = line.split(',')
  return `${check} ${file.replaceAll('"', '')}`
}
