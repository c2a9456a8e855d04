// For whoever hosts the product outside Electron: the headless form (`serve-web.ts`), the sandbox, the tests.
export { runCoreProcess, type Trust } from './run-core.ts'
export { startWebHost, type WebHost, type WebHostOptions } from './web-host.ts'
