import { ConfigError } from '../config/config.ts'
import { ATTENTION_USAGE, runAttentionCommand } from './attention-command.ts'

// `node src/cli/attention.ts list | accept <id> | refuse <id>`: what waits for a person, on a server's own machine.
try {
  const done = await runAttentionCommand(process.argv.slice(2), process.env, text => console.log(text))
  if (!done) {
    console.error(ATTENTION_USAGE)
    process.exitCode = 2
  }
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error)
  process.exitCode = 1
}
