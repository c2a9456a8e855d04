/** All three are Telegram's. 443 is the one most networks let through; 80 is what broken company proxies rewrite. */
const ALL = [443, 80, 5222]

/** The order in which Telegram's ports are tried, by every connection of one gateway. */
export type Ports = {
  readonly order: () => readonly number[]
  /** Something took the connection there, but it was not Telegram that answered: it is tried last from now on. */
  readonly silent: (port: number) => void
}

export function createPorts(): Ports {
  let order = ALL
  return {
    order: () => order,
    silent: port => {
      if (order.includes(port)) order = [...order.filter(other => other !== port), port]
    },
  }
}
