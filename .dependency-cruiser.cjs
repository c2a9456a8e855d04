// Who may import whom. `tests/boundaries` runs it; docs/architecture.md says why.

const SHARED = '^packages/shared/'
const CRYPTO = '^packages/crypto/'
const UI = '^packages/ui/'
const DESKTOP = '^apps/desktop/src/'
const zone = name => `${DESKTOP}${name}/`
const TEST = '\\.test\\.ts$|/testing/'
// node_modules and Node's own modules are judged by the rules that name them.
const OURS = '^(apps|packages|tests|scripts)/'

/** Files of `from` may import, among our own files, only what matches `to`. */
const only = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: TEST },
  to: { path: OURS, pathNot: to },
})
const never = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

const CORE_FEATURES = [
  'accounts',
  'targets',
  'plans',
  'series',
  'delivery',
  'drafts',
  'license',
  'vault',
  'settings',
]

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    never(
      'no-circular',
      'A cycle means that two things are one.',
      {},
      { circular: true, dependencyTypesNot: ['type-only'] },
    ),
    never(
      'not-to-dev-dep',
      'What a program needs at run time is a dependency, not a development one.',
      { path: '^(apps/license-server|packages/(shared|crypto))/src', pathNot: TEST },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),

    only('shared-imports-nothing', 'shared runs anywhere.', SHARED, [SHARED]),
    never(
      'shared-has-no-node',
      'shared runs anywhere.',
      { path: SHARED, pathNot: TEST },
      { dependencyTypes: ['core'] },
    ),
    only('crypto-imports-shared', 'crypto is node:crypto and jose only.', CRYPTO, [SHARED, CRYPTO]),

    only('ui-imports-nothing', 'The design system knows neither client nor console.', UI, [UI]),
    never(
      'no-node-in-ui',
      'The design system has no Node.',
      { path: UI, pathNot: [TEST, 'vitest\\.config'] },
      { dependencyTypes: ['core'] },
    ),

    only('contract', 'The contract is values and shapes.', zone('contract'), [SHARED, zone('contract')]),
    never(
      'contract-has-no-node',
      'The contract is read by the interface.',
      { path: zone('contract'), pathNot: TEST },
      { dependencyTypes: ['core'] },
    ),
    only('core', 'The core knows no Electron and no DOM.', zone('core'), [
      SHARED,
      CRYPTO,
      zone('contract'),
      zone('core'),
    ]),
    only('host', 'The host runs one core behind a message port.', zone('host'), [
      SHARED,
      CRYPTO,
      zone('contract'),
      zone('core'),
      zone('host'),
    ]),
    only('main', 'Electron, thin.', zone('main'), [SHARED, zone('contract'), zone('main'), zone('host')]),
    // Its types cost the sandboxed preload nothing.
    never(
      'preload',
      'The bridge is made of names.',
      { path: zone('preload'), pathNot: TEST },
      {
        path: OURS,
        pathNot: [`${DESKTOP}contract/names\\.ts`, zone('preload')],
        dependencyTypesNot: ['type-only'],
      },
    ),
    only('renderer', 'The interface speaks the contract only.', zone('renderer'), [
      SHARED,
      UI,
      zone('contract'),
      zone('renderer'),
    ]),
    never(
      'no-electron-outside',
      'Only main and preload know Electron.',
      { path: '^(apps|packages)/', pathNot: [zone('main'), zone('preload'), TEST] },
      { path: '(^|/)electron(/|$)', pathNot: OURS },
    ),
    never(
      'no-node-in-renderer',
      'The interface has no Node.',
      { path: zone('renderer'), pathNot: [TEST, 'vite\\.config'] },
      { dependencyTypes: ['core'] },
    ),
    never(
      'no-telegram-library-outside',
      'One gateway stands before the library.',
      { path: DESKTOP, pathNot: `${DESKTOP}core/telegram/gramjs/` },
      { path: 'node_modules/(telegram|teleproto)/' },
    ),

    // Inside the core a feature is entered through its index; create-core.ts wires them.
    ...CORE_FEATURES.map(feature =>
      never(
        `core-${feature}-through-index`,
        'A feature is entered through its index.ts.',
        {
          path: `${DESKTOP}core/`,
          pathNot: [`${DESKTOP}core/${feature}/`, TEST, 'create-core\\.ts$', 'storage/migrations/'],
        },
        {
          path: `${DESKTOP}core/${feature}/`,
          pathNot: [`core/${feature}/index\\.ts$`, 'core/vault/sealer\\.ts$'],
        },
      ),
    ),

    only('admin', 'The console speaks the administration API only.', '^apps/admin/src/', [
      SHARED,
      UI,
      '^apps/admin/src/',
    ]),
    never(
      'no-node-in-admin',
      'The console has no Node.',
      { path: '^apps/admin/src/', pathNot: TEST },
      { dependencyTypes: ['core'] },
    ),
    only('license-server', 'The server knows nothing of the client.', '^apps/license-server/', [
      SHARED,
      CRYPTO,
      '^apps/license-server/',
    ]),
    never(
      'sandbox-never-shipped',
      'The sandbox and the tests are never imported by an app.',
      { path: '^(apps|packages/(shared|crypto))/', pathNot: TEST },
      { path: '^(packages/sandbox|tests)/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(generated|out|test-results)/' },
    moduleSystems: ['es6'],
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.vue', '.js', '.mjs', '.cjs', '.json'],
    },
  },
}
