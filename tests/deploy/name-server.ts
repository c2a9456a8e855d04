import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const HEADER = 12
const TYPE_A = 1

/**
 * Answers every question for an IPv4 address with all of `addresses`, in turn another one first, as Docker's own name
 * server does for a service of several containers (RFC 1035, section 4).
 */
export async function startNameServer(addresses: readonly string[]) {
  const socket = createSocket('udp4')
  let turn = 0
  socket.on('message', (query, { address, port }) => {
    const type = query.indexOf(0, HEADER) + 1
    const question = query.subarray(HEADER, type + 4)
    const first = turn % addresses.length
    const wanted = query.readUInt16BE(type) === TYPE_A
    if (wanted) turn++
    const found = wanted ? [...addresses.slice(first), ...addresses.slice(0, first)] : []
    const header = Buffer.alloc(HEADER)
    query.copy(header, 0, 0, 2)
    // An answer, with authority, to one question.
    for (const [at, value] of [0x8580, 1, found.length].entries()) header.writeUInt16BE(value, 2 + 2 * at)
    const answers = found.map(ip =>
      // The question's name, class IN, kept for no time, four bytes.
      Buffer.from([0xc0, HEADER, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4, ...ip.split('.').map(Number)]),
    )
    socket.send(Buffer.concat([header, question, ...answers]), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${String(socket.address().port)}`,
    stop: () => new Promise<void>(resolve => socket.close(() => resolve())),
  }
}
