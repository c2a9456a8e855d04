export { ConfigError, loadConfig, type Config } from './config/config.ts'
export { startServer, type RunningServer, type ServerPorts } from './server.ts'
