import { publicJwkSchema } from '@autotele/shared'
import { z } from 'zod'

/** What the launcher hands to the core's process: where the local Telegram and licence server are, and their keys. */
export const CoreTrust = z.object({
  telegram: z.object({
    host: z.string(),
    port: z.number().int(),
    dcId: z.number().int(),
    rsaPublicKey: z.string(),
  }),
  licenseServer: z.url(),
  rootKey: publicJwkSchema,
})
export type CoreTrust = z.infer<typeof CoreTrust>
