import type { CallError, Handlers, SettingsView } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Emit, Log } from '../ports.ts'
import { readFileIfThere, writeFileAtomic } from '../storage/index.ts'
import {
  changeConfig,
  initialConfig,
  isTimeZone,
  parseConfig,
  type ConfigValues,
  type ParsedConfig,
} from './config-file.ts'

export type Settings = {
  /** What counts now; invalid values are replaced by their defaults here, never in the file. */
  values(): ConfigValues
  view(): SettingsView
  readonly handlers: Pick<Handlers, 'settings.get' | 'settings.update'>
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
  let writing: Promise<unknown> = Promise.resolve()
  report(config, log)

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
      ...(problem ? { problem } : {}),
    }
  }

  const update: Handlers['settings.update'] = async input => {
    if (input.timeZone !== undefined && !isTimeZone(input.timeZone)) {
      throw new CallFailure('plan/zone-unknown', { zone: input.timeZone })
    }
    // Read again: a person may have edited the file while the application runs.
    const current = await readOrCreate(file, version)
    refuseSecrets(current)
    if (!current.raw) throw new CallFailure('settings/invalid')
    const change = withoutUndefined({
      'app.language': input.language,
      'app.theme': input.theme,
      'app.time_zone': input.timeZone,
      'telegram.rate_limit_delay': input.rateLimitDelay,
      'telegram.max_messages_per_minute': input.maxMessagesPerMinute,
      'telegram.max_groups_warning': input.maxGroupsWarning,
      'telegram.api_id': input.telegramApp === null ? null : input.telegramApp?.apiId,
      'telegram.api_hash': input.telegramApp === null ? null : input.telegramApp?.apiHash.toLowerCase(),
    })
    const text = format(changeConfig(current.raw, change))
    await writeFileAtomic(file, text)
    config = parseConfig(text)
    const changed = view()
    emit('settings.changed', changed)
    return changed
  }

  return {
    values: () => config.values,
    view,
    handlers: {
      'settings.get': () => {
        refuseSecrets(config)
        return view()
      },
      'settings.update': input => {
        const result = writing.then(() => update(input))
        writing = result.catch(() => undefined)
        return result
      },
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
  if (first) throw new CallFailure('settings/server-secret-in-client-file', { key: `btcpay.${first}` })
}

function problemOf(config: ParsedConfig): CallError | undefined {
  if (!config.raw) return { code: 'settings/invalid', retryable: false }
  const [first] = config.invalid
  return first && { code: 'settings/invalid', params: { key: first }, retryable: false }
}

function report(config: ParsedConfig, log: Log): void {
  if (!config.raw) log('error', 'settings.unreadable')
  for (const key of config.invalid) log('warning', 'settings.invalid', { key })
  for (const name of config.secrets) log('error', 'settings.server-secret', { key: `btcpay.${name}` })
}

const format = (config: object): string => `${JSON.stringify(config, null, 2)}\n`
const machineZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }
const withoutUndefined = <T extends object>(object: T): Given<T> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Given<T>
