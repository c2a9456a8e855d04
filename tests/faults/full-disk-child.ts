// Run in a mount namespace of its own, on a file system of a few megabytes: see profile-damage.test.ts. Prints what each
// step came to.
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createIntake } from '../../apps/desktop/src/core/media/intake.ts'
import { draftOf, fillProfile, profileIn, setDraft } from '../../apps/desktop/src/core/testing/profile.ts'
import { lockFolder } from '../../apps/desktop/src/core/storage/index.ts'
import { systemClock, systemRandom } from '../../apps/desktop/src/host/node-ports.ts'

const [mountPoint = ''] = process.argv.slice(2)
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', mountPoint])
const folder = join(mountPoint, 'data')
const told: Record<string, string> = {}

async function tell(name: string, work: () => unknown): Promise<void> {
  try {
    await work()
    told[name] = 'done'
  } catch (error) {
    told[name] = (error as Error).message
  }
}

const running = await profileIn(folder)
await running.call('vault.create', { passphrase: 'un bateau traverse la nuit' })
fillProfile(running)
const ballast = join(mountPoint, 'ballast')
const file = openSync(ballast, 'w')
try {
  for (;;) writeSync(file, Buffer.alloc(4096))
} catch {
  closeSync(file)
}

const change = { current: 'un bateau traverse la nuit', next: 'sept chats sur le toit rouge' }
await tell('full: draft', () => setDraft(running, 'x'.repeat(100_000)))
await tell('full: settings', () => running.call('settings.update', { theme: 'dark' }))
await tell('full: passphrase', () => running.call('vault.changePassphrase', change))
await tell('full: snapshot', () => running.call('backup.takeSnapshot'))
await tell('full: backup', () =>
  running.call('backup.create', { passphrase: 'neuf cerises noires au soleil', path: null }),
)
const intake = createIntake({
  folder: join(folder, 'media'),
  digestKey: () => new Uint8Array(32),
  random: systemRandom,
  clock: systemClock,
})
await tell('full: file', async () => {
  const id = await intake.begin('film.mp4', null)
  await intake.write(id, Buffer.alloc(2 * 1024 * 1024))
  await intake.end(id)
})
await tell('full: nothing of the file is left', () => {
  if (readdirSync(join(folder, 'media')).length > 0) throw new Error('it is')
})
await tell('full: reading', () => {
  if (JSON.stringify(draftOf(running)) !== '{"text":"Bonjour"}') throw new Error('the draft has changed')
})
rmSync(ballast)
await tell('room: draft', () => setDraft(running, 'x'.repeat(100_000)))
await tell('room: snapshot', () => running.call('backup.takeSnapshot'))
await tell('room: passphrase', () => running.call('vault.changePassphrase', change))
await running.close()

execFileSync('mount', ['-o', 'remount,ro', mountPoint])
await tell('read-only: lock', () => lockFolder(folder).release())
await tell('read-only: open', async () => (await profileIn(folder)).close())
execFileSync('mount', ['-o', 'remount,rw', mountPoint])
await tell('writable: open', async () => {
  const again = await profileIn(folder)
  await again.call('vault.unlock', { passphrase: change.next })
  await again.close()
})
process.stdout.write(JSON.stringify(told))
