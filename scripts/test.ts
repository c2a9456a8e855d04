// `npm test`: everything there is to check, each step once, and at the end one line `N passed, N failed`.
// Turborepo skips what has not changed since it last passed; `--force` runs it all the same.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const root = dirname(import.meta.dirname)
const force = process.argv.includes('--force') || process.env['CI'] === 'true'
const bin = (name: string, file = join('bin', `${name}.js`)) => join(root, 'node_modules', name, file)

type Step = { readonly name: string; readonly args: readonly string[] }

const turbo = (...tasks: string[]): string[] => [
  bin('turbo', join('bin', 'turbo')),
  'run',
  ...tasks,
  '--continue',
  '--concurrency=2',
  '--output-logs=new-only',
  ...(force ? ['--force'] : []),
]

const steps: readonly Step[] = [
  {
    name: 'format',
    args: [bin('prettier', join('bin', 'prettier.cjs')), '--check', '--log-level=warn', '.'],
  },
  { name: 'build, lint, types', args: turbo('build', 'lint', 'typecheck') },
  {
    name: 'lint (root)',
    args: [bin('eslint'), 'scripts', '*.js', '*.ts', '--no-error-on-unmatched-pattern'],
  },
  { name: 'dead code', args: [bin('knip'), '--no-progress'] },
  { name: 'tests', args: turbo('test') },
]

const failedSteps: string[] = []
for (const { name, args } of steps) {
  console.log(`\n── ${name}`)
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) failedSteps.push(name)
}

/** Vitest's JSON report, the part that is read here. */
type Report = {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[]
}

let passed = 0
let failed = 0
let skipped = 0
for (const workspace of globSync(['apps/*', 'packages/*', 'tests'], { cwd: root })) {
  if (!existsSync(join(root, workspace, 'package.json'))) continue
  const report = join(root, workspace, 'test-results', 'vitest.json')
  if (!existsSync(report)) {
    console.error(`No test report from ${relative(root, join(root, workspace))}`)
    failed += 1
    continue
  }
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  ) as Report
  passed += numPassedTests
  skipped += numPendingTests
  // A file that fails before its first test counts as one failure.
  failed +=
    numFailedTests +
    testResults.filter(file => file.status === 'failed' && file.assertionResults.length === 0).length
}

// A step that failed without a failed test (a lint error, an unhandled rejection) must not end in "0 failed".
failed += failedSteps.filter(step => step !== 'tests' || failed === 0).length
if (failedSteps.length > 0) console.log(`\nFailed: ${failedSteps.join(', ')}`)
console.log(
  `${String(passed)} passed, ${String(failed)} failed${skipped > 0 ? `, ${String(skipped)} skipped` : ''}`,
)
process.exit(failed === 0 ? 0 : 1)
