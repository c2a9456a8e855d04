import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { request, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLog } from '../../log.ts'
import { errorHandler, notFound } from '../problems.ts'
import { consoleRoutes } from './console.ts'

let folder: string
let server: Server
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'autotele-console-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<!doctype html>')
  await writeFile(join(folder, 'assets', 'index-abc123.js'), '0')
  const app = express()
  app.disable('etag')
  app.use(consoleRoutes(folder, 'admin.example'), notFound, errorHandler(createLog('silent')))
  await new Promise<void>(resolve => (server = app.listen(0, '127.0.0.1', () => resolve())))
})
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

const get = (path: string, host = 'admin.example') =>
  new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
    const { port } = server.address() as AddressInfo
    request({ port, path, headers: { host } }, response => {
      response.resume()
      resolve({ status: response.statusCode ?? 0, headers: response.headers })
    })
      .on('error', reject)
      .end()
  })

test('the page is read anew each time, what has its hash in its name is kept for ever', async () => {
  const page = await get('/admin/')
  expect(page).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
  expect(page.headers['content-type']).toContain('text/html')
  const script = await get('/admin/assets/index-abc123.js')
  expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  expect(await get('/admin')).toMatchObject({ status: 308, headers: { location: '/admin/' } })
})

test('nothing inline, nothing from elsewhere, no string becomes script', async () => {
  const policy = String((await get('/admin/')).headers['content-security-policy'])
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self';")
  expect(policy).toContain("require-trusted-types-for 'script'")
  expect(policy).not.toMatch(/unsafe|https?:|\*/)
})

test('on another name there is nothing, and outside the folder neither', async () => {
  expect((await get('/admin/', 'license.example')).status).toBe(404)
  for (const path of [
    '/admin/../package.json',
    '/admin/%2e%2e/package.json',
    '/admin/.env',
    '/admin/assets/',
  ]) {
    expect((await get(path)).status).toBe(404)
  }
})
