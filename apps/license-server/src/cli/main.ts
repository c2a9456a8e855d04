import { ConfigError } from '../config/config.ts'
import { runCommand } from './commands.ts'

// The server's one door: `serve` (or nothing, or options alone) runs it, everything else is a command.
const [first = 'serve', ...rest] = process.argv.slice(2)
if (first === 'serve' || (first.startsWith('--') && first !== '--help')) {
  await import('../main.ts')
} else {
  try {
    const code = await runCommand([first, ...rest], process.env, {
      out: text => console.log(text),
      error: text => console.error(text),
    })
    if (code !== 0) process.exitCode = code
  } catch (error) {
    // What an operator can put right has a message; only a bug has a stack.
    console.error(error instanceof ConfigError ? error.message : error)
    process.exitCode = 1
  }
}
