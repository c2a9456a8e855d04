import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { newApiKey, newId } from './ids.ts'
import { stateSchema, type State } from './model.ts'
import { permission } from './permissions.ts'

export type StateFile = {
  readonly state: State
  /** Writes the state before the caller tells anybody about it: BTCPay, too, saves before it publishes. */
  save(): void
}

/** Reads the state of an earlier run, or makes a fresh store. Throws when the file exists and is not ours. */
export function openState(path: string | undefined): StateFile {
  const state = (path === undefined ? undefined : read(path)) ?? freshState()
  return {
    state,
    save() {
      if (path !== undefined) writeAtomically(path, JSON.stringify(state))
    },
  }
}

function read(path: string): State | undefined {
  let text
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    return stateSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error(`The local BTCPay cannot read its state file; delete it to start afresh: ${path}`, {
      cause,
    })
  }
}

function writeAtomically(path: string, text: string) {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.tmp`
  const file = openSync(temporary, 'w', 0o600)
  try {
    writeFileSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
}

function freshState(): State {
  const storeId = newId()
  const scoped = (names: readonly string[]) => names.map(name => `${name}:${storeId}`)
  const runtimeKey = newApiKey()
  const operatorKey = newApiKey()
  return {
    version: 1,
    store: {
      id: storeId,
      name: 'AutoTele',
      defaultCurrency: 'EUR',
      invoiceExpiration: 900,
      monitoringExpiration: 86_400,
      speedPolicy: 'MediumSpeed',
      paymentTolerance: 0,
      anyoneCanCreateInvoice: false,
      archived: false,
    },
    runtimeKey,
    operatorKey,
    apiKeys: [
      {
        apiKey: runtimeKey,
        label: 'license server',
        permissions: scoped([permission.createInvoice, permission.viewInvoices, permission.viewStore]),
      },
      {
        apiKey: operatorKey,
        label: 'operator',
        permissions: scoped([
          permission.modifyInvoices,
          permission.modifyWebhooks,
          permission.viewStore,
          permission.refund,
        ]),
      },
    ],
    webhooks: [],
    operatorWebhook: null,
    invoices: [],
    deliveries: [],
    pullPayments: [],
  }
}
