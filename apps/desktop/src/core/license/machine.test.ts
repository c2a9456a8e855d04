import { hostname, userInfo } from 'node:os'
import { deviceSchema } from '@autotele/shared'
import { expect, test } from 'vitest'
import { describeDevice, readMachineId } from './machine.ts'

const about = { deviceId: 'a'.repeat(43), hosted: 'electron', version: '1.2.3' } as const

test('a device says what the protocol asks for, and nothing of its owner', async () => {
  const device = describeDevice({ ...about, machineId: await readMachineId() })
  expect(deviceSchema.parse(device)).toEqual(device)
  const said = JSON.stringify(device).toLowerCase()
  // A host called "linux" or a user called "auto" would be found in any label.
  for (const private_ of [hostname(), userInfo().username].map(text => text.toLowerCase())) {
    if (private_.length > 5) expect(said).not.toContain(private_)
  }
})

test('the marker is the same at every installation on one machine, and another on another', () => {
  const marker = (machineId: string | null, deviceId: string = about.deviceId) =>
    describeDevice({ ...about, deviceId, machineId }).marker
  expect(marker('machine-1')).toBe(marker('machine-1', 'b'.repeat(43)))
  expect(marker('machine-1')).not.toBe(marker('machine-2'))
  expect(marker('machine-1')).not.toContain('machine-1')
  expect(marker(null)).toBeUndefined()
})

test('in the browser-hosted form the platform is the web', () => {
  expect(describeDevice({ ...about, hosted: 'web', machineId: null }).platform).toBe('web')
})
