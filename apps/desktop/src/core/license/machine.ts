import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Device } from '@autotele/shared'

/** Makes the marker this product's own: another one that does the same computes another value. */
const PRODUCT_SALT = 'autotele/device-marker/1'

const run = async (file: string, args: readonly string[]): Promise<string> =>
  (await promisify(execFile)(file, args, { timeout: 5000, windowsHide: true })).stdout

/**
 * The id that the operating system gave to this installation of itself, or null where it has none or does not say:
 * nothing depends on it but finding a trial, or the seat of a re-install, again.
 */
export async function readMachineId(): Promise<string | null> {
  try {
    return (await machineIdOf(process.platform))?.trim().toLowerCase() || null
  } catch {
    return null
  }
}

async function machineIdOf(platform: NodeJS.Platform): Promise<string | undefined> {
  switch (platform) {
    case 'linux':
      // machine-id(5); empty in container images.
      return await readFile('/etc/machine-id', 'utf8')
    case 'darwin': {
      const tree = await run('/usr/sbin/ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice'])
      return /"IOPlatformUUID" = "([^"]+)"/.exec(tree)?.[1]
    }
    case 'win32': {
      const reg = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'reg.exe')
      const key = 'HKLM\\SOFTWARE\\Microsoft\\Cryptography'
      const value = await run(reg, ['query', key, '/v', 'MachineGuid', '/reg:64'])
      return /MachineGuid\s+REG_SZ\s+(\S+)/.exec(value)?.[1]
    }
    default:
      return undefined
  }
}

const SYSTEMS = { win32: 'Windows', darwin: 'macOS', linux: 'Linux', web: 'Web' } as const

/**
 * What this device says of itself: no host name and no user name, only enough to be told apart in a list of two. The
 * machine's id never leaves; its marker is a keyed hash of it.
 */
export function describeDevice(about: {
  readonly deviceId: string
  readonly hosted: 'electron' | 'web'
  readonly version: string
  readonly machineId: string | null
}): Device {
  const system = process.platform === 'win32' || process.platform === 'darwin' ? process.platform : 'linux'
  const platform = about.hosted === 'web' ? 'web' : system
  return {
    label: `AutoTele ${SYSTEMS[system]} ${about.deviceId.slice(0, 4)}`,
    platform,
    appVersion: about.version,
    ...(about.machineId === null
      ? {}
      : { marker: createHmac('sha256', PRODUCT_SALT).update(about.machineId).digest('base64url') }),
  }
}
