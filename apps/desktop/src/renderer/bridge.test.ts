import { expect, test, vi } from 'vitest'
import { createLoopbackBridge, type LoopbackParts } from './bridge.ts'

function parts(answer: () => Promise<Response>) {
  const sources: EventSource[] = []
  const later: (() => void)[] = []
  const requests: [string, RequestInit][] = []
  const opened: string[] = []
  const all: LoopbackParts = {
    fetch: (url, init) => {
      requests.push([String(url), init ?? {}])
      return answer()
    },
    upload: (file, headers, progress, onStart) => {
      requests.push(['/files', { headers, body: file }])
      onStart(() => opened.push('stopped'))
      progress(file.size)
      return answer().then(response => response.text())
    },
    openEvents: () => {
      const source = { readyState: 1, onopen: null, onmessage: null, onerror: null } as unknown as EventSource
      sources.push(source)
      return source
    },
    openWindow: url => void opened.push(url),
    setTimeout: run => later.push(run),
  }
  return { all, sources, later, requests, opened }
}

const answering = (body: string, status = 200) => parts(() => Promise.resolve(new Response(body, { status })))

test('a call is a same-origin POST that a foreign page cannot imitate', async () => {
  const { all, requests } = answering('{"ok":true,"data":{"vault":"open"}}')
  const answer = await createLoopbackBridge(all).call('app.state', {})
  expect(answer).toEqual({ ok: true, data: { vault: 'open' } })
  const [url, init] = requests[0]!
  expect(url).toBe('/rpc')
  expect(init).toMatchObject({ method: 'POST', credentials: 'same-origin' })
  expect(new Headers(init.headers).get('x-autotele')).toBe('1')
  expect(init.body).toBe('{"name":"app.state","input":{}}')
})

test.each([
  ['no network', parts(() => Promise.reject(new TypeError('offline')))],
  ['an error page', answering('<h1>Bad gateway</h1>', 502)],
  ['an answer that is no envelope', answering('{"hello":1}')],
])('%s is told as an unreachable core, never thrown', async (_, { all }) => {
  const answer = await createLoopbackBridge(all).call('app.state', {})
  expect(answer).toEqual({ ok: false, error: { code: 'call/core-unavailable', retryable: true } })
})

test('the connection is reported lost on an error and back on the next opening', () => {
  const { all, sources } = answering('')
  const told: boolean[] = []
  createLoopbackBridge(all).onConnection(connected => told.push(connected))
  sources[0]?.onerror?.(new Event('error'))
  sources[0]?.onopen?.(new Event('open'))
  expect(told).toEqual([true, false, true])
})

test('a stream that the browser gave up is opened again', () => {
  const { all, sources, later } = answering('')
  const listener = vi.fn()
  createLoopbackBridge(all).subscribe(listener)
  Object.assign(sources[0]!, { readyState: 2 })
  sources[0]?.onerror?.(new Event('error'))
  later[0]?.()
  const data = JSON.stringify({ name: 'targets.changed', revision: 1, payload: { accountId: 'a1' } })
  sources[1]?.onmessage?.(new MessageEvent('message', { data }))
  expect(sources).toHaveLength(2)
  expect(listener).toHaveBeenCalledWith({
    name: 'targets.changed',
    revision: 1,
    payload: { accountId: 'a1' },
  })
})

test('a subscription that was ended hears nothing more', () => {
  const { all, sources } = answering('')
  const listener = vi.fn()
  createLoopbackBridge(all).subscribe(listener)()
  sources[0]?.onmessage?.(new MessageEvent('message', { data: '{"name":"app.changed","revision":1}' }))
  expect(listener).not.toHaveBeenCalled()
})

test('a file goes out under its own name, is told how far it has gone and can be stopped', async () => {
  const { all, requests, opened } = answering('{"ok":true,"data":{"id":"f1"}}')
  const progress = vi.fn()
  const file = new File(['abc'], 'été.jpg')
  const added = createLoopbackBridge(all).addFile(file, progress, stop => stop())
  expect(await added).toEqual({ ok: true, data: { id: 'f1' } })
  expect(opened).toEqual(['stopped'])
  expect(requests).toEqual([
    [
      '/files',
      {
        headers: {
          'content-type': 'application/octet-stream',
          'x-autotele': '1',
          'x-file-name': '%C3%A9t%C3%A9.jpg',
        },
        body: file,
      },
    ],
  ])
  expect(progress).toHaveBeenCalledWith(3)
})
