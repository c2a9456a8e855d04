import { Api } from './library.ts'

/** `freeze_since_date` of the client configuration, Unix seconds; null when the account is not frozen. */
export function frozenSince(answer: Api.help.TypeAppConfig): number | null {
  if (!(answer instanceof Api.help.AppConfig) || !(answer.config instanceof Api.JsonObject)) return null
  const found = answer.config.value.find(({ key }) => key === 'freeze_since_date')?.value
  return found instanceof Api.JsonNumber && found.value > 0 ? found.value : null
}
