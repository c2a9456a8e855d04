import { basename } from 'node:path'
import type { CallError, Handlers, ParsedInput, SettingsView } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Emit, Log } from '../ports.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { readFileIfThere, setAside, writeFileAtomic } from '../storage/index.ts'
import {
  changeConfig,
  initialConfig,
  isTimeZone,
  parseConfig,
  withoutFaults,
  type ConfigValues,
  type JsonObject,
  type ParsedConfig,
} from './config-file.ts'

export type Settings = {
  /** What counts now; invalid values are replaced by their defaults here, never in the file. */
  values(): ConfigValues
  view(): SettingsView
  /** The file is no JSON object. */
  isDamaged(): boolean
  /** Writes values that have no place in `settings.update`. Throws as it does. */
  change(values: Partial<ConfigValues>): Promise<void>
  /** Called after each change; answers with the function that ends it. */
  watch(listener: () => void): () => void
  readonly handlers: Pick<Handlers, 'settings.get' | 'settings.update' | 'settings.repair'>
}

export type SettingsDeps = {
  /** `config/app_config.json`; made at the first start. */
  readonly file: string
  readonly version: string
  readonly emit: Emit
  readonly log: Log
}

/** Reads the file, making it when there is none. Throws `storage/*` only; what is wrong in the file is in the answers. */
export async function openSettings({ file, version, emit, log }: SettingsDeps): Promise<Settings> {
  let config = await readOrCreate(file, version)
  report(config, log)
  const listeners = new Set<() => void>()

  const view = (): SettingsView => {
    const { values } = config
    const problem = problemOf(config)
    return {
      language: values['app.language'],
      theme: values['app.theme'],
      timeZone: values['app.time_zone'] ?? machineZone(),
      rateLimitDelay: values['telegram.rate_limit_delay'],
      maxMessagesPerMinute: values['telegram.max_messages_per_minute'],
      maxGroupsWarning: values['telegram.max_groups_warning'],
      apiId: values['telegram.api_hash'] === null ? null : values['telegram.api_id'],
      autoLogoutMinutes: values['security.auto_logout_minutes'],
      historyWithTexts: values['history.with_texts'],
      ...(problem ? { problem } : {}),
    }
  }

  const update = async (input: ParsedInput<'settings.update'>): Promise<SettingsView> => {
    if (input.timeZone !== undefined && !isTimeZone(input.timeZone)) {
      throw new CallFailure('plan/zone-unknown', { zone: input.timeZone })
    }
    const change = withoutUndefined({
      'app.language': input.language,
      'app.theme': input.theme,
      'app.time_zone': input.timeZone,
      'telegram.rate_limit_delay': input.rateLimitDelay,
      'telegram.max_messages_per_minute': input.maxMessagesPerMinute,
      'telegram.max_groups_warning': input.maxGroupsWarning,
      'telegram.api_id': input.telegramApp === null ? null : input.telegramApp?.apiId,
      'telegram.api_hash': input.telegramApp === null ? null : input.telegramApp?.apiHash.toLowerCase(),
      'security.auto_logout_minutes': input.autoLogoutMinutes,
      'history.with_texts': input.historyWithTexts,
    })
    return write(change)
  }

  const write = async (change: Partial<ConfigValues>): Promise<SettingsView> => {
    // Read again: a person may have edited the file while the application runs.
    const current = await readOrCreate(file, version)
    refuseSecrets(current)
    if (!current.raw) throw new CallFailure('settings/invalid')
    return put(changeConfig(current.raw, change))
  }

  const put = async (contents: JsonObject): Promise<SettingsView> => {
    const text = format(contents)
    await writeFileAtomic(file, text)
    config = parseConfig(text)
    const changed = view()
    emit('settings.changed', changed)
    for (const listener of listeners) listener()
    return changed
  }

  const repair = async (): Promise<SettingsView> => {
    const current = await readOrCreate(file, version)
    if (current.raw) return put(withoutFaults(current.raw, current))
    log('warning', 'settings.set-aside', { name: basename(await setAside(file)) })
    return put(initialConfig(version))
  }
  const inTurn = oneAtATime()

  return {
    values: () => config.values,
    view,
    isDamaged: () => config.raw === null,
    change: async values => void (await inTurn(() => write(values))),
    watch: listener => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    handlers: {
      'settings.get': () => {
        refuseSecrets(config)
        return view()
      },
      'settings.update': input => inTurn(() => update(input)),
      'settings.repair': () => inTurn(repair),
    },
  }
}

async function readOrCreate(file: string, version: string): Promise<ParsedConfig> {
  const contents = await readFileIfThere(file)
  if (contents) return parseConfig(new TextDecoder().decode(contents))
  const text = format(initialConfig(version))
  await writeFileAtomic(file, text)
  return parseConfig(text)
}

function refuseSecrets(config: ParsedConfig): void {
  const [first] = config.secrets
  if (first) throw new CallFailure('settings/server-secret-in-client-file', { key: first })
}

function problemOf(config: ParsedConfig): CallError | undefined {
  if (!config.raw) return { code: 'settings/invalid', retryable: false }
  const [first] = config.invalid
  return first && { code: 'settings/invalid', params: { key: first }, retryable: false }
}

function report(config: ParsedConfig, log: Log): void {
  if (!config.raw) log('error', 'settings.unreadable')
  for (const key of config.invalid) log('warning', 'settings.invalid', { key })
  for (const key of config.secrets) log('error', 'settings.server-secret', { key })
}

const format = (config: object): string => `${JSON.stringify(config, null, 2)}\n`
const machineZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }
const withoutUndefined = <T extends object>(object: T): Given<T> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Given<T>
