import type { AppState, Handlers, MethodName, Protection } from '../contract/index.ts'
import type { Snapshots } from './backup/index.ts'
import type { Settings } from './settings/index.ts'
import { parseVaultFile, vaultFileText, type Vault } from './vault/index.ts'

type Methods = Exclude<
  Extract<MethodName, `vault.${string}`>,
  'vault.create' | 'vault.unlock' | 'vault.lock' | 'vault.stay'
>

/** The copies are opened as the vault is now: after each change, and at each opening, for one that a power cut kept. */
export function refreshCopies(vault: Pick<Vault, 'file'>, snapshots: Pick<Snapshots, 'refreshVault'>): void {
  const file = vault.file()
  // The check belongs to one data key: copies under another keep the way in that they have.
  snapshots.refreshVault(vaultFileText(file), text => {
    const copy = parseVaultFile(text)
    return copy !== null && Buffer.from(copy.check).equals(file.check)
  })
}

/** The ways into the open vault, changed one after another, each with what else has to follow. */
export function protectionHandlers(deps: {
  readonly vault: Vault
  readonly settings: Settings
  readonly snapshots: Pick<Snapshots, 'refreshVault'>
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>
  /** Runs a change, then opens whatever the vault then opens. */
  readonly changeVault: (change: () => Promise<void>) => Promise<AppState>
  readonly closeFeatures: () => Promise<void>
}): Pick<Handlers, Methods> {
  const { vault, settings, snapshots } = deps

  const change = (work: () => Promise<void>): Promise<Protection> =>
    deps.inTurn(async () => {
      await work()
      refreshCopies(vault, snapshots)
      return vault.protection()
    })

  return {
    'vault.protection': () => vault.protection(),
    'vault.changePassphrase': ({ current, next }) => change(() => vault.changePassphrase(current, next)),
    'vault.addPassphrase': ({ current, next }) => change(() => vault.addPassphrase(current, next)),
    'vault.addKeyring': ({ current }) => change(() => vault.addKeyring(current)),
    'vault.removeSlot': ({ slotId, current }) => change(() => vault.removeSlot(slotId, current)),
    'vault.setRequirePassword': ({ required, current }) =>
      change(async () => {
        await vault.requirePassphrase(required, current)
        await settings.change({ 'security.require_password': required })
      }),
    'vault.changeDataKey': async ({ current }) => {
      await deps.changeVault(async () => {
        // Nothing is interrupted for a passphrase that was mistyped.
        await vault.prove(current)
        await deps.closeFeatures()
        await vault.beginKeyChange(current)
      })
      return vault.protection()
    },
  }
}
