import { existsSync } from 'node:fs'
import chromiumFromNpm from '@sparticuz/chromium'
import { chromium, type Browser } from 'playwright-core'

/**
 * A real Chromium: the one named by `CHROMIUM_PATH`, else the one an npm package carries (Linux on x64), else the
 * system's Chrome. Security is left as people have it; only the sandbox is given up for root, who cannot have it.
 */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  const args = [...more, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
  const named = process.env['CHROMIUM_PATH']
  if (named !== undefined && existsSync(named)) return chromium.launch({ executablePath: named, args })
  if (process.platform === 'linux' && process.arch === 'x64') {
    return chromium.launch({
      executablePath: await chromiumFromNpm.executablePath(),
      args: [...args, '--disable-gpu'],
    })
  }
  return chromium.launch({ channel: process.platform === 'win32' ? 'msedge' : 'chrome', args })
}
