import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProduct, type Product, type ProductOptions } from '@autotele/sandbox/product'
import { LIBRARY_LAYER } from '../../library.ts'

export type RunningProduct = Product & {
  /** Stops everything and starts it again on the same data, as a person would the next day. */
  restart(): Promise<RunningProduct>
  /** Stops everything and forgets the data. */
  end(): Promise<void>
}

/** The whole product in a folder of its own. Webhook retries come in fractions of a second instead of minutes. */
export async function runProduct(
  options: Partial<ProductOptions> = {},
  dataFolder?: string,
): Promise<RunningProduct> {
  const folder = dataFolder ?? (await mkdtemp(join(tmpdir(), 'autotele-e2e-')))
  const said: string[] = []
  const product = await startProduct({
    dataFolder: folder,
    version: '0.0.0-test',
    webhookDelaysMs: [200, 400, 800, 1600],
    log: line => {
      said.push(line)
    },
    ...options,
  })
  return {
    ...product,
    restart: async () => {
      await product.stop()
      return runProduct(options, folder)
    },
    end: async () => {
      await product.stop()
      expectChosenLibrary(product)
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
    },
  }
}

/** Whatever was asked of Telegram was asked by the library that this run is about. */
function expectChosenLibrary({ telegram }: Product): void {
  const other = telegram.calls.find(({ layer }) => layer !== LIBRARY_LAYER)
  if (other !== undefined)
    throw new Error(`${other.method} came in layer ${other.layer}, not ${LIBRARY_LAYER}`)
}
