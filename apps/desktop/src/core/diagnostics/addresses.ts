/** One of Telegram's data centres and where it listens. */
export type DataCentreAddress = {
  readonly dcId: number
  readonly host: string
  readonly ports: readonly number[]
}

const PORTS = [443, 80, 5222]

/** The five that every client of Telegram starts from; `help.getConfig` names the same ones to those who got through. */
export const TELEGRAM_ADDRESSES: readonly DataCentreAddress[] = [
  { dcId: 1, host: '149.154.175.50', ports: PORTS },
  { dcId: 2, host: '149.154.167.50', ports: PORTS },
  { dcId: 3, host: '149.154.175.100', ports: PORTS },
  { dcId: 4, host: '149.154.167.91', ports: PORTS },
  { dcId: 5, host: '91.108.56.130', ports: PORTS },
]
