export { createContacts, type Contacts } from './contacts.ts'
export { createDiagnostics, type OpenParts } from './diagnostics.ts'
export { systemProbe } from './probe.ts'
export { TELEGRAM_ADDRESSES, type DataCentreAddress } from './addresses.ts'
