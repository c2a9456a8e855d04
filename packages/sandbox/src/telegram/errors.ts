/** An error that is the answer to a request, e.g. 400 PEER_ID_INVALID (https://core.telegram.org/api/errors). */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number

  constructor(code: number, text: string) {
    super(text)
    this.code = code
  }
}

/** A sequence of bytes that no honest client sends: the connection is closed, and nothing else happens. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}
