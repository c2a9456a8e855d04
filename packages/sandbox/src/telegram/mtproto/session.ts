import type { Layer } from '../tl/schema.ts'
import { TlWriter } from '../tl/writer.ts'
import { layOut } from './envelope.ts'
import type { Message } from './envelope.ts'
import type { AuthKey } from './keys.ts'
import type { MessageIds } from './message-ids.ts'

const MSG_CONTAINER = 0x73f1f8dc
const CONTAINER_MESSAGES = 100
const CONTAINER_BYTES = 512 * 1024
const REMEMBERED = 512
/** Of what was not acknowledged, for one session: a client that never does costs no more than this. */
const UNACKNOWLEDGED_BYTES = 8 * 1024 * 1024
/** A client that does not ask as much as was expected gets its answers all the same. */
const GATHER_MS = 2_000

/** How the server writes; each habit can be switched off to find out which one a client cannot stand. */
export type WireHabits = {
  /** Several messages for one client travel in one container. */
  containers: boolean
  /** Answers longer than this are compressed; Infinity for never. */
  gzipAbove: number
  /** The salt of a new key is not the one the client expects, so the first message is answered bad_server_salt. */
  staleSalt: boolean
  /** Up to this many blocks of random padding in each packet. */
  paddingBlocks: number
  /** What a client did not acknowledge is sent again when its session comes back on another connection. */
  resendUnacknowledged: boolean
}

type Outgoing = Message & { readonly answers: bigint | null; readonly content: boolean }

export type SessionDeps = { readonly ids: MessageIds; readonly habits: WireHabits; readonly service: Layer }

/** Where a session's packets go while it is connected. */
export type Link = { readonly deliver: (session: Session, message: Message) => void }

/** What one (key, session id) pair remembers: who sent what, what was answered, what was not acknowledged. */
export class Session {
  readonly id: bigint
  readonly key: AuthKey
  greeted = false
  wantsUpdates = true
  readonly #deps: SessionDeps
  readonly #unacknowledged = new Map<bigint, Outgoing>()
  readonly #requests = new Map<bigint, 'running' | 'done' | 'failed'>()
  readonly #waiting = new Map<bigint, (() => void)[]>()
  #link: Link | null = null
  #queue: Outgoing[] = []
  #acks: bigint[] = []
  #contentSent = 0
  #unacknowledgedBytes = 0
  #gathering: { readonly count: number; readonly timeout: NodeJS.Timeout } | null = null
  #scheduled = false

  constructor(id: bigint, key: AuthKey, deps: SessionDeps) {
    this.id = id
    this.key = key
    this.#deps = deps
  }

  get link(): Link | null {
    return this.#link
  }

  /** On a new connection, what was never acknowledged is sent again under its own id. */
  attach(link: Link): void {
    if (this.#link === link) return
    this.#link = link
    this.#queue = this.#deps.habits.resendUnacknowledged ? [...this.#unacknowledged.values()] : []
    if (this.#queue.length > 0) this.#flushSoon()
  }

  detach(link: Link): void {
    if (this.#link !== link) return
    this.#link = null
    this.#queue = []
  }

  /** Queues an object; what is queued in one turn of the event loop travels together. */
  send(body: Buffer, kind: 'answer' | 'notice', content: boolean, answers: bigint | null = null): void {
    const id = this.#deps.ids.next(kind)
    const outgoing = { id, seqNo: this.#seqNo(content), body: content ? apart(body) : body, answers, content }
    if (content) {
      this.#unacknowledged.set(outgoing.id, outgoing)
      this.#unacknowledgedBytes += body.length
      this.#forgetUnacknowledged()
    }
    if (!this.#link) return
    this.#queue.push(outgoing)
    this.#flushSoon()
  }

  /** Holds answers back until there are so many, which then travel in one container in the order they were given. */
  gather(count: number): void {
    this.#stopGathering()
    const timeout = setTimeout(() => {
      this.#stopGathering()
      this.#flush()
    }, GATHER_MS)
    this.#gathering = { count, timeout: timeout.unref() }
  }

  acknowledge(messageId: bigint): void {
    this.#acks.push(messageId)
    this.#flushSoon()
  }

  acknowledged(ids: readonly bigint[]): void {
    for (const id of ids) this.#forgetOutgoing(id)
  }

  /** Sends again what the client says it misses. */
  resend(ids: readonly bigint[]): void {
    for (const id of ids) {
      const outgoing = this.#unacknowledged.get(id)
      if (outgoing) this.#queue.push(outgoing)
    }
    this.#flushSoon()
  }

  /** False when this id was seen before: then its answer, if still unacknowledged, is sent again. */
  begin(messageId: bigint): boolean {
    if (this.#requests.has(messageId)) {
      this.resend(
        [...this.#unacknowledged.values()].filter(out => out.answers === messageId).map(out => out.id),
      )
      return false
    }
    this.#requests.set(messageId, 'running')
    forgetOldest(this.#requests)
    return true
  }

  finish(messageId: bigint, state: 'done' | 'failed'): void {
    this.#requests.set(messageId, state)
    const waiting = this.#waiting.get(messageId) ?? []
    this.#waiting.delete(messageId)
    for (const go of waiting) go()
  }

  /** As if the request had never arrived, so that it can be sent again. */
  forget(messageId: bigint): void {
    this.#requests.delete(messageId)
    this.#waiting.delete(messageId)
  }

  stateOf(messageId: bigint): 'running' | 'done' | 'failed' | undefined {
    return this.#requests.get(messageId)
  }

  whenFinished(messageId: bigint, go: () => void): void {
    this.#waiting.set(messageId, [...(this.#waiting.get(messageId) ?? []), go])
  }

  // Content-related messages count double plus one, https://core.telegram.org/mtproto/description#message-sequence-number-msg-seqno
  #seqNo(content: boolean): number {
    const seqNo = this.#contentSent * 2 + (content ? 1 : 0)
    if (content) this.#contentSent += 1
    return seqNo
  }

  #flushSoon(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#flush()
    })
  }

  #flush(): void {
    const link = this.#link
    if (!link) return
    const acks = this.#acks
    this.#acks = []
    if (acks.length > 0) {
      const body = new TlWriter(this.#deps.service).boxed({ _: 'msgs_ack', msg_ids: acks }).done()
      this.#queue.push({
        id: this.#deps.ids.next('notice'),
        seqNo: this.#seqNo(false),
        body,
        answers: null,
        content: false,
      })
    }
    const gathering = this.#gathering
    const answers = gathering ? this.#queue.filter(out => out.answers !== null) : []
    const held = gathering !== null && answers.length < gathering.count
    const queue = held ? this.#queue.filter(out => out.answers === null) : this.#queue
    this.#queue = held ? answers : []
    if (!held) this.#stopGathering()
    for (const batch of batches(queue, this.#deps.habits.containers || gathering !== null)) {
      const [only] = batch
      if (batch.length === 1 && only) link.deliver(this, only)
      else link.deliver(this, this.#container(batch))
    }
  }

  #forgetOutgoing(id: bigint): void {
    this.#unacknowledgedBytes -= this.#unacknowledged.get(id)?.body.length ?? 0
    this.#unacknowledged.delete(id)
  }

  #forgetUnacknowledged(): void {
    for (const id of this.#unacknowledged.keys()) {
      if (this.#unacknowledged.size <= REMEMBERED && this.#unacknowledgedBytes <= UNACKNOWLEDGED_BYTES) return
      this.#forgetOutgoing(id)
    }
  }

  #stopGathering(): void {
    clearTimeout(this.#gathering?.timeout)
    this.#gathering = null
  }

  #container(batch: readonly Outgoing[]): Message {
    const head = Buffer.allocUnsafe(8)
    head.writeUInt32LE(MSG_CONTAINER, 0)
    head.writeUInt32LE(batch.length, 4)
    const body = Buffer.concat([head, ...batch.map(layOut)])
    return { id: this.#deps.ids.next('notice'), seqNo: this.#seqNo(false), body }
  }
}

/** A copy outside Node's pool, of which one small buffer that is kept would hold 8 KiB. */
const apart = (body: Buffer): Buffer => {
  const copy = Buffer.allocUnsafeSlow(body.length)
  body.copy(copy)
  return copy
}

const forgetOldest = (map: Map<bigint, unknown>): void => {
  if (map.size <= REMEMBERED) return
  const oldest = map.keys().next()
  if (!oldest.done) map.delete(oldest.value)
}

const batches = (queue: readonly Outgoing[], containers: boolean): Outgoing[][] => {
  const result: Outgoing[][] = []
  let bytes = 0
  for (const message of queue) {
    const last = result.at(-1)
    const fits =
      last && containers && last.length < CONTAINER_MESSAGES && bytes + message.body.length < CONTAINER_BYTES
    if (fits) {
      last.push(message)
      bytes += message.body.length
    } else {
      result.push([message])
      bytes = message.body.length
    }
  }
  return result
}
