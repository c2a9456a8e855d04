import { z } from 'zod'
import { HostContact } from '../../contract/index.ts'
import type { Clock, Http, Log, Ports, Timers } from '../ports.ts'
import type { TelegramGateway } from '../telegram/gateway.ts'
import { instantOf } from '../time.ts'
import type { SealedRecords } from '../vault/index.ts'

type Purpose = HostContact['purpose']

/** Whom this installation talks to: counted where it happens, by wrapping the ports. */
export type Contacts = {
  note(host: string, port: number, purpose: Purpose, reached: boolean): void
  /** The same; of the address only host and port are kept. */
  noteUrl(url: string, purpose: Purpose, reached: boolean): void
  http(http: Http): Http
  gateway(gateway: TelegramGateway): TelegramGateway
  openExternal(open: Ports['openExternal']): Ports['openExternal']
  /** Newest first. */
  list(): HostContact[]
  /** The vault is open: what is kept is added to what was counted since the start. */
  attach(records: SealedRecords): void
  /** It closes: everything counted is written. */
  detach(): void
}

const KIND = 'contacts'
const ALL = 'all'
const SAVE_AFTER_MS = 30_000
/** More different addresses than a person would look through. */
const MOST = 500

export function createContacts({
  clock,
  timers,
  log,
}: {
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}): Contacts {
  const counted = new Map<string, HostContact>()
  let records: SealedRecords | null = null
  let cancelSave: (() => void) | null = null

  const keyOf = ({ host, port, purpose }: Pick<HostContact, 'host' | 'port' | 'purpose'>): string =>
    `${purpose} ${host} ${port}`
  const list = (): HostContact[] => [...counted.values()].sort((a, b) => b.lastAt.localeCompare(a.lastAt))
  const save = (): void => {
    cancelSave?.()
    cancelSave = null
    try {
      records?.write(KIND, ALL, list().slice(0, MOST))
    } catch {
      // On a full disk they are counted on, and written with the next one.
      log('warning', 'contacts.not-saved')
    }
  }
  const add = (more: HostContact): void => {
    const before = counted.get(keyOf(more))
    counted.set(keyOf(more), {
      ...more,
      count: more.count + (before?.count ?? 0),
      failed: more.failed + (before?.failed ?? 0),
      firstAt: before !== undefined && before.firstAt < more.firstAt ? before.firstAt : more.firstAt,
      lastAt: before !== undefined && before.lastAt > more.lastAt ? before.lastAt : more.lastAt,
    })
  }

  const count = (
    place: Pick<HostContact, 'host' | 'port' | 'purpose'>,
    more: number,
    failed: number,
  ): void => {
    const at = instantOf(clock.now())
    add({ ...place, count: more, failed, firstAt: at, lastAt: at })
    if (records !== null) cancelSave ??= timers.after(SAVE_AFTER_MS, save)
  }
  const note: Contacts['note'] = (host, port, purpose, reached) =>
    count({ host, port, purpose }, 1, reached ? 0 : 1)
  const noteUrl: Contacts['noteUrl'] = (url, purpose, reached) => {
    if (!URL.canParse(url)) return
    const { hostname, port, protocol } = new URL(url)
    note(hostname, port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port), purpose, reached)
  }

  return {
    note,
    noteUrl,
    http: http => async request => {
      try {
        const response = await http(request)
        noteUrl(request.url, 'license-server', true)
        return response
      } catch (error) {
        noteUrl(request.url, 'license-server', false)
        throw error
      }
    },
    gateway: gateway => options =>
      gateway({
        ...options,
        onAttempt: attempt => {
          const { host, port, outcome } = attempt
          const { proxy } = options
          if (proxy) {
            const atProxy = outcome === 'proxy-unreachable'
            note(proxy.host, proxy.port, 'proxy', !atProxy)
          }
          // An MTProxy finds the data centre by itself: its own address is all that is dialled.
          if (proxy?.kind !== 'mtproxy' && !outcome.startsWith('proxy-')) {
            const place = { host, port, purpose: 'telegram' } as const
            // Silence comes after the connection, which was counted when it came about.
            if (outcome === 'no-answer') count(place, 0, 1)
            else count(place, 1, outcome === 'reached' ? 0 : 1)
          }
          options.onAttempt?.(attempt)
        },
      }),
    openExternal: open => async url => {
      const opened = await open(url)
      noteUrl(url, 'payment-page', opened)
      return opened
    },
    list,
    attach: opened => {
      const kept = z.array(HostContact).safeParse(opened.read(KIND, ALL) ?? [])
      for (const contact of kept.success ? kept.data : []) add(contact)
      records = opened
    },
    detach: () => {
      save()
      records = null
      counted.clear()
    },
  }
}
