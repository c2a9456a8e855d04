import { FuseV1Options } from '@electron/fuses'
import { expect, test } from 'vitest'
import { fuses } from './fuses.ts'

test('every fuse there is has been decided, and what would run foreign code is off', () => {
  const known = Object.entries(FuseV1Options).filter(([, value]) => typeof value === 'number')
  const decided = Object.fromEntries(known.map(([name, value]) => [name, fuses[value as FuseV1Options]]))
  expect(decided).toEqual({
    RunAsNode: false,
    EnableNodeOptionsEnvironmentVariable: false,
    EnableNodeCliInspectArguments: false,
    EnableCookieEncryption: true,
    EnableEmbeddedAsarIntegrityValidation: true,
    OnlyLoadAppFromAsar: true,
    LoadBrowserProcessSpecificV8Snapshot: false,
    GrantFileProtocolExtraPrivileges: false,
    WasmTrapHandlers: true,
  })
  expect(fuses.strictlyRequireAllFuses).toBe(true)
})
