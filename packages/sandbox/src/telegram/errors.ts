/** An error that is the answer to a request, e.g. 400 PEER_ID_INVALID (https://core.telegram.org/api/errors). */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number
  /** For the log, not for the client. */
  readonly detail: string | undefined

  constructor(code: number, text: string, detail?: string) {
    super(text)
    this.code = code
    this.detail = detail
  }
}

/** A packet answered with a bare number, after which the connection ends. */
export class TransportRefusal extends Error {
  override readonly name = 'TransportRefusal'
  readonly code: -404 | -429 | -444

  constructor(code: -404 | -429 | -444) {
    super(`answered ${code}`)
    this.code = code
  }
}

/** A sequence of bytes that no honest client sends: the connection is closed, and nothing else happens. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}
