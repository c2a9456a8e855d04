import { ConfigError, loadConfig } from './config/config.ts'
import { startServer } from './server.ts'

// `node src/main.ts [--json]`: starts the server from its environment; `--json` prints where it is, on one line.
try {
  const server = await startServer(loadConfig(process.env))
  const { url, metricsUrl, rootKey } = server
  if (process.argv.includes('--json')) console.log(JSON.stringify({ url, metricsUrl, rootKey }))
  else console.log(`License server: ${url}\nMetrics: ${metricsUrl}`)

  const stop = () => void server.stop().then(() => process.exit(0))
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // Started over an IPC channel (a launcher, a test): the channel closes with whoever started us, however that ended.
  process.once('disconnect', stop)
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error)
  process.exit(1)
}
