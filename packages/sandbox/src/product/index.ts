export { CORE_ENTRY, startProduct, type Product, type ProductOptions } from './start-product.ts'
export { startLicenseServer, type LicenseServerProcess } from './license-server.ts'
export { DESKTOP, electronEnvironment, installedElectron } from './electron.ts'
