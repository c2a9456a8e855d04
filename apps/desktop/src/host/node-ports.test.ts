import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { systemHttp, systemTimers } from './node-ports.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('a wait longer than setTimeout can hold is kept to the millisecond', () => {
  vi.useFakeTimers()
  const run = vi.fn()
  const year = 365 * 86_400_000
  systemTimers.after(year, run)
  vi.advanceTimersByTime(year - 1)
  expect(run).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(run).toHaveBeenCalledOnce()
})

test('a long wait can be cancelled at any moment of it', () => {
  vi.useFakeTimers()
  const run = vi.fn()
  const cancel = systemTimers.after(100 * 86_400_000, run)
  vi.advanceTimersByTime(50 * 86_400_000)
  cancel()
  vi.advanceTimersByTime(100 * 86_400_000)
  expect(run).not.toHaveBeenCalled()
})

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const get = (url: string, timeoutMs = 5000) => systemHttp({ method: 'GET', url, headers: {}, timeoutMs })

test('a redirect is an answer and is not followed', async () => {
  const asked: (string | undefined)[] = []
  const url = await serving((request, response) => {
    asked.push(request.url)
    response.writeHead(302, { location: '/elsewhere' }).end()
  })
  expect(await get(`${url}/here`)).toMatchObject({ status: 302, headers: { location: '/elsewhere' } })
  expect(asked).toEqual(['/here'])
})

test('method, headers and body arrive; status, headers and body come back', async () => {
  const url = await serving((request, response) => {
    request.setEncoding('utf8').once('data', data => {
      response.writeHead(503, { 'x-asked': request.method ?? '' }).end(`${request.headers['x-a']} ${data} é`)
    })
  })
  const answer = await systemHttp({
    method: 'POST',
    url,
    headers: { 'x-a': 'b' },
    body: 'c',
    timeoutMs: 5000,
  })
  expect(answer).toMatchObject({ status: 503, body: 'b c é', headers: { 'x-asked': 'POST' } })
})

test('the time limit covers an answer that begins and never ends', async () => {
  const url = await serving((_request, response) => {
    response.writeHead(200).write('half')
  })
  await expect(get(url, 50)).rejects.toThrow()
})

test('an answer of more than a mebibyte is refused', async () => {
  const url = await serving((_request, response) => {
    response.end('x'.repeat(1024 * 1024 + 1))
  })
  await expect(get(url)).rejects.toThrow('longer')
})
