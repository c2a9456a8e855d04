import { z } from 'zod'

/** Which releases an installation follows; `beta` also sees the stable ones. */
export const releaseChannelSchema = z.enum(['stable', 'beta'])
