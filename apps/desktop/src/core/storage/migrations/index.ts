import type { Migration } from '../database.ts'
import { foundation } from './0001-foundation.ts'
import { messaging } from './0002-messaging.ts'
import { wishes } from './0003-wishes.ts'
import { series } from './0004-series.ts'
import { media } from './0005-media.ts'
import { files } from './0006-files.ts'
import { lists } from './0007-lists.ts'

/** In order; what has been released is never changed, only added to. */
export const migrations: readonly Migration[] = [foundation, messaging, wishes, series, media, files, lists]
