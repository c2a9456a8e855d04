import { ConfigError } from '../config/config.ts'
import { runKeysCommand, USAGE } from './keys-command.ts'

try {
  if (!(await runKeysCommand(process.argv.slice(2), process.env, text => console.log(text)))) {
    console.error(USAGE)
    process.exitCode = 2
  }
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error)
  process.exitCode = 1
}
