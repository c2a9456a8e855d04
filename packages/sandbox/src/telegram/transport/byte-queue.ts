/**
 * Bytes as they come from a socket, taken out in the sizes of packets. Every byte is copied at most twice, however
 * many data events a packet is spread over.
 */
export class ByteQueue {
  #chunks: Buffer[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#length += chunk.length
  }

  /** The first bytes without removing them; undefined while there are fewer. */
  peek(count: number): Buffer | undefined {
    if (count > this.#length) return undefined
    const first = this.#chunks[0]
    if (first && first.length >= count) return first.subarray(0, count)
    const joined: Buffer[] = []
    let have = 0
    for (const chunk of this.#chunks) {
      if (have >= count) break
      joined.push(chunk)
      have += chunk.length
    }
    return Buffer.concat(joined).subarray(0, count)
  }

  /** Removes and gives the first bytes; undefined while there are fewer. */
  take(count: number): Buffer | undefined {
    if (count > this.#length) return undefined
    const taken: Buffer[] = []
    let missing = count
    let used = 0
    while (missing > 0) {
      const chunk = this.#chunks[used]
      if (!chunk) break
      if (chunk.length > missing) {
        taken.push(chunk.subarray(0, missing))
        this.#chunks[used] = chunk.subarray(missing)
        missing = 0
      } else {
        taken.push(chunk)
        missing -= chunk.length
        used += 1
      }
    }
    this.#chunks.splice(0, used)
    this.#length -= count
    return Buffer.concat(taken, count)
  }
}
