// What the processes of a measurement know of the local data centre, without loading it.

export type Place = {
  readonly host: string
  readonly port: number
  readonly dcId: number
  readonly rsaPublicKey: string
  readonly dataCentres: readonly { readonly id: number; readonly port: number }[]
}

export type Login = { readonly phone: string; readonly code: string }

export const CHATS = 1000
/** In all of them. */
export const ACCOUNT: Login = { phone: '33639980009', code: '24680' }

export const CHATS_OF_IDLE = 100
/** Further accounts, in the first of those chats. */
export const IDLE_ACCOUNTS: readonly Login[] = Array.from({ length: 20 }, (_, at) => ({
  phone: `336399802${String(at).padStart(2, '0')}`,
  code: ACCOUNT.code,
}))

export const APP = { apiId: 4242, apiHash: '0123456789abcdef0123456789abcdef' }
/** What every message of a measurement says. */
export const TEXT = 'Réunion ce soir à 20 h'

/** The data centre of this run, told by whoever started this process. */
export const place = JSON.parse(process.env['PLACE'] ?? 'null') as Place
