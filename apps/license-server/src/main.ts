import { ConfigError, loadConfig } from './config/config.ts'
import { startServer } from './server.ts'

// `node src/main.ts [--json]`: starts the server from its environment; `--json` prints where it is, on one line.
try {
  const config = loadConfig(process.env)
  const server = await startServer(config)
  const { url, metricsUrl, rootKey } = server
  if (process.argv.includes('--json')) console.log(JSON.stringify({ url, metricsUrl, rootKey }))
  else {
    const admin = `${config.adminUrl ?? url}/admin/`
    console.log(`License server: ${url}\nMetrics: ${metricsUrl}\nAdministration: ${admin}`)
    console.log('The first administrator: npm run server -- admin:create --email <address>')
  }

  const stop = () => void server.stop().then(() => process.exit(0))
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // Started over an IPC channel (a launcher, a test): the channel closes with whoever started us, however that ended.
  process.once('disconnect', stop)
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error)
  process.exit(1)
}
