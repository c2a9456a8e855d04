import { z } from 'zod'
import { event, method } from './define.ts'
import { Done, Instant, Nothing } from './common.ts'

// What the program around the core does: window, tray, notifications, updates. The core knows nothing of it; Electron's
// main process and the browser-hosted form answer these themselves, also while the vault is locked.

/**
 * What one is told of while the window is away. `failed` a message could not be placed · `account` an account was
 * signed out or restricted · `wait` Telegram asked for a long pause · `license` it ends soon or has ended · `finished`
 * everything asked for is in Telegram's queue.
 */
export const NoticeKind = z.enum(['failed', 'account', 'wait', 'license', 'finished'])
export type NoticeKind = z.infer<typeof NoticeKind>

/** A wall-clock time of the person's zone: `22:00`. */
const ClockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/)

const kinds = {
  failed: z.boolean(),
  account: z.boolean(),
  wait: z.boolean(),
  license: z.boolean(),
  finished: z.boolean(),
} as const satisfies Record<NoticeKind, z.ZodBoolean>

/** Notices of these hours are not shown; what they would have said stands in the interface. `from` = `to`: all day. */
const QuietHours = z.strictObject({ enabled: z.boolean(), from: ClockTime, to: ClockTime })

/** `config/shell.json`; apart from the core's settings because it counts before the core runs. */
export const ShellSettings = z.strictObject({
  /** Closing the window leaves the program in the tray. */
  closeToTray: z.boolean(),
  notices: z.strictObject(kinds),
  quietHours: QuietHours,
})
export type ShellSettings = z.infer<typeof ShellSettings>

/** Where a notice or a link leads. */
export const ShellPage = z.enum(['deliveries', 'accounts', 'license', 'settings'])
export type ShellPage = z.infer<typeof ShellPage>

/** From an `autotele://` address: something to fill a form with. It never does anything by itself. */
export const ShellLink = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('page'), page: ShellPage }),
  z.object({ kind: z.literal('license'), licenseKey: z.string() }),
  z.object({ kind: z.literal('compose'), text: z.string() }),
])
export type ShellLink = z.infer<typeof ShellLink>

export const UpdateView = z.discriminatedUnion('state', [
  /** This form of the program does not look for updates: it runs from its source, or in a browser. */
  z.object({ state: z.literal('off') }),
  z.object({ state: z.literal('idle'), checkedAt: Instant.nullable() }),
  z.object({ state: z.literal('checking') }),
  /** `page`: this form is replaced by hand, from that address; null: it can be downloaded here. */
  z.object({
    state: z.literal('available'),
    version: z.string(),
    notes: z.string(),
    page: z.url().nullable(),
  }),
  z.object({ state: z.literal('downloading'), version: z.string(), percent: z.number().min(0).max(100) }),
  /** Downloaded and verified. `whenIdle`: it is installed as soon as nothing is being placed. */
  z.object({ state: z.literal('ready'), version: z.string(), whenIdle: z.boolean() }),
  /** `untrusted`: what came is not what we signed, and was thrown away. */
  z.object({ state: z.literal('failed'), reason: z.enum(['unreachable', 'untrusted', 'disk']) }),
])
export type UpdateView = z.infer<typeof UpdateView>

export const ShellView = z.object({
  settings: ShellSettings,
  /** Starts with the session, hidden in the tray; null: not to be had here. Kept by the system, not by us. */
  autostart: z.boolean().nullable(),
  /** Whether this desktop has a tray. */
  tray: z.boolean(),
  /** Who shows notices: the system, this page by the browser's own means (if it is allowed), or nobody. */
  notices: z.enum(['system', 'page', 'none']),
  keyring: z.object({
    /** The system's own name for it: `dpapi`, `keychain`, `gnome_libsecret`, `kwallet6`, `basic_text`; null: none. */
    backend: z.string().nullable(),
    /** The one that closed the vault, when it is another and does not open it any more. */
    changedFrom: z.string().nullable(),
  }),
  /** The data stands beside the program: a passphrase is required, and updates are fetched by hand. */
  portable: z.boolean(),
  /** Whether `pickFolder` can ask for one. */
  picksFolders: z.boolean(),
  update: UpdateView,
  /** A link waits to be taken with `takeLink`. */
  link: z.boolean(),
  /** When the program last ended badly and nobody has looked; its report is `crashReport`. */
  crashedAt: Instant.nullable(),
})
export type ShellView = z.infer<typeof ShellView>

/** For a page that shows notices itself: title and text in the person's language, never a message's own text. */
export const Notice = z.object({
  kind: NoticeKind,
  title: z.string(),
  text: z.string(),
  page: ShellPage,
})
export type Notice = z.infer<typeof Notice>

export const shell = {
  get: method(Nothing, ShellView),
  update: method(
    z.strictObject({
      closeToTray: z.boolean().optional(),
      /** `shell/not-here` where the system has no such thing. */
      autostart: z.boolean().optional(),
      notices: z.strictObject(kinds).partial().optional(),
      quietHours: QuietHours.optional(),
    }),
    ShellView,
  ),
  /** The link that was opened last, once; null when there is none. Asked when `link` is true, at the start and later. */
  takeLink: method(Nothing, z.object({ link: ShellLink.nullable() })),
  /** Text to copy, without secrets, numbers or message texts; null when nothing went wrong. */
  crashReport: method(Nothing, z.object({ at: Instant, text: z.string() }).nullable()),
  forgetCrash: method(Nothing, Done),
  checkUpdate: method(Nothing, UpdateView),
  /** `shell/not-here` unless an update is `available` without a page. */
  downloadUpdate: method(Nothing, UpdateView),
  /** Installs once nothing is being placed: at once when nothing is. `false` takes that back. */
  installUpdate: method(z.strictObject({ whenIdle: z.boolean() }), UpdateView),
  /** Not offered again; a later version is. */
  skipUpdate: method(z.strictObject({ version: z.string().max(50) }), UpdateView),
  /** Asks the person for a folder with the system's own dialog; null: closed without one. `shell/not-here` in a browser. */
  pickFolder: method(Nothing, z.object({ path: z.string().nullable() })),
  changed: event(ShellView),
  noticed: event(Notice),
} as const
