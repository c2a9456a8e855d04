import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { root, run, testWith } from './tools.ts'

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const required = {
  AUTOTELE_DOMAIN: 'license.example.com',
  AUTOTELE_ADMIN_DOMAIN: 'admin.example.com',
  ACME_EMAIL: 'you@example.com',
  AUTOTELE_BTCPAY_URL: 'https://pay.example.com',
  AUTOTELE_BTCPAY_STORE_ID: 'store',
  BTCPAY_HOST: 'pay.example.com',
}
const monitoring = join('deploy', 'monitoring')

describe('compose', () => {
  /** Debian's docker-compose reads everything but the project's name, which newer ones want. */
  const withoutName = (folder: string, file: string): string[] => {
    const copy = join(folder, basename(file))
    writeFileSync(copy, read(file).replace(/^name: .*$/m, ''))
    return ['-f', copy]
  }
  const compose = async (files: readonly string[], env: Record<string, string> = required) => {
    const folder = mkdtempSync(join(tmpdir(), 'autotele-compose-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const copies = files.flatMap(file => withoutName(folder, file))
    return await run('docker-compose', ['--project-directory', root, ...copies, 'config'], env)
  }

  testWith('docker-compose', 'the file is valid, and so is it with BTCPay beside', async () => {
    await compose(['docker-compose.yml'])
    const both = await compose(['docker-compose.yml', join('deploy', 'vps', 'compose.btcpay.yml')])
    expect(both).toContain('generated_default')
  })

  testWith(
    'docker-compose',
    'without what must be filled in it is refused, and the variable named',
    async () => {
      const { AUTOTELE_DOMAIN: _, ...rest } = required
      await expect(compose(['docker-compose.yml'], rest)).rejects.toThrow('AUTOTELE_DOMAIN')
    },
  )

  test('every image has a version, and only Caddy is reached from outside', () => {
    const text = read('docker-compose.yml')
    const images = [...text.matchAll(/^ {4}image: (.*)$/gm)].map(match => match[1] ?? '')
    expect(images.length).toBeGreaterThan(8)
    for (const image of images) expect(image).toMatch(/:(v?\d+\.\d+|\$\{AUTOTELE_VERSION)/)
    const published = [...text.matchAll(/^ {4}ports: (.*)$/gm)].map(match => match[1])
    expect(published).toEqual(["['80:80', '443:443', '443:443/udp']", "['127.0.0.1:3000:3000']"])
  })

  test('every service is kept small, unprivileged and apart: the database is on no network with Caddy', () => {
    const text = read('docker-compose.yml')
    for (const rule of ['read_only: true', 'cap_drop: [ALL]', 'no-new-privileges:true', 'max-size: 10m'])
      expect(text.slice(text.indexOf('x-service:'), text.indexOf('x-server-environment:'))).toContain(rule)
    const [, ...services] = text
      .slice(text.indexOf('\nservices:\n'), text.indexOf('\nnetworks:\n'))
      .split(/\n {2}(?=[a-z-]+:\n)/)
    expect(services.length).toBeGreaterThan(10)
    for (const service of services) expect(service).toContain('<<: *service\n')
    const networksOf = (name: string) => {
      const service = services.find(text => text.startsWith(`${name}:`)) ?? ''
      return /^ {4}networks: \[(.*)\]$/m.exec(service)?.[1]?.split(', ')
    }
    expect([networksOf('postgres'), networksOf('caddy')]).toEqual([['data'], ['edge']])
    for (const inner of ['data', 'watch']) expect(text).toContain(`  ${inner}: { internal: true }`)
  })

  test('every variable is explained in .env.example, and every one explained there is used', () => {
    const used = new Set(
      ['docker-compose.yml', 'deploy/vps/compose.btcpay.yml'].flatMap(file =>
        [...read(file).matchAll(/\$\{([A-Z_]+)/g)].map(match => match[1] ?? ''),
      ),
    )
    // Given for one command, never kept in a file.
    used.delete('AUTOTELE_BTCPAY_OPERATOR_KEY')
    const explained = [...read('.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map(match => match[1] ?? '')
    expect(new Set(explained)).toEqual(used)
  })
})

test.skipIf(process.platform === 'win32')(
  'the secrets go where .env says, which is read as docker compose reads it, and what is there stays',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'autotele-secrets-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    const program = (name: string, text: string) => writeFileSync(join(bin, name), text, { mode: 0o755 })
    program('docker', '#!/bin/sh\necho "docker $*"\n')
    // As anybody, and not as root.
    program(
      'install',
      '#!/bin/bash\nfor a; do [[ $a == --owner=* || $a == --group=* ]] || b+=("$a"); done\nexec /usr/bin/install "${b[@]}"\n',
    )
    cpSync(join(root, 'deploy'), join(folder, 'deploy'), { recursive: true })
    const generate = () =>
      run(join(folder, 'deploy', 'generate-secrets.sh'), [], { PATH: `${bin}:${process.env['PATH'] ?? ''}` })
    await expect(generate()).rejects.toThrow('cp .env.example .env')
    const lines = ['AUTOTELE_ADMIN_NETWORKS=10.0.0.0/8 ::1/128', 'AUTOTELE_SECRETS_DIR=./elsewhere']
    for (const [name, value] of Object.entries(required)) lines.push(`${name}=${value}`)
    writeFileSync(join(folder, '.env'), `${read('.env.example')}${lines.join('\n')}\n`)
    const said = await generate()
    expect(said).toContain('docker compose run --rm --no-deps tools secrets:init /run/autotele')
    expect(said).toContain('put into ./elsewhere')
    expect(said).not.toContain('not found')
    const made = join(folder, 'elsewhere', 'probes.yml')
    expect(readFileSync(made, 'utf8')).toContain('https://license.example.com/livez')
    writeFileSync(made, 'mine')
    await generate()
    expect(readFileSync(made, 'utf8')).toBe('mine')
    expect(readdirSync(folder).sort()).toEqual(['.env', 'backups', 'bin', 'deploy', 'elsewhere'])
  },
)

testWith('shellcheck', 'no script has anything for shellcheck to say', async () => {
  const scripts = globSync(['deploy/*.sh', 'deploy/*/*.sh'], { cwd: root })
  expect(scripts.length).toBeGreaterThan(5)
  await run('shellcheck', scripts)
})

describe('monitoring', () => {
  testWith('promtool', 'Prometheus takes its configuration and its rules', async () => {
    await run('promtool', ['check', 'config', '--syntax-only', join(monitoring, 'prometheus.yml')])
    await run('promtool', ['check', 'rules', join(monitoring, 'alerts.yml')])
  })

  testWith('promtool', 'every alert is silent when it should be and fires when it should', async () => {
    await run('promtool', ['test', 'rules', join(monitoring, 'alerts.test.yml')])
  })

  testWith('amtool', 'Alertmanager takes its configuration', async () => {
    await run('amtool', ['check-config', join(monitoring, 'alertmanager.yml')])
  })

  const alerts = [...read(join(monitoring, 'alerts.yml')).matchAll(/- alert: (\w+)/g)].map(
    match => match[1] ?? '',
  )

  test('every alert has a page in both languages and a case, and there is no page without its alert', () => {
    expect(alerts.length).toBeGreaterThan(20)
    const cases = read(join(monitoring, 'alerts.test.yml'))
    for (const alert of alerts) expect(cases).toContain(`- name: ${alert}\n`)
    for (const language of ['fr', 'en']) {
      const pages = globSync(`docs/${language}/runbook/*.md`, { cwd: root }).map(page =>
        basename(page, '.md'),
      )
      expect(pages.sort()).toEqual([...alerts].sort())
      for (const alert of alerts) {
        expect(read(join(monitoring, 'alerts.yml'))).toContain(`docs/${language}/runbook/${alert}.md`)
      }
    }
  })

  test('every metric of ours that an alert or the dashboard asks for is one that the program gives', async () => {
    const source = await Promise.all(
      ['http/metrics.ts', 'ops/backup/status.ts'].map(file =>
        readFile(join(root, 'apps', 'license-server', 'src', ...file.split('/')), 'utf8'),
      ),
    )
    const given = new Set(source.join('').match(/autotele_[a-z_]+/g))
    const dashboard = read(join(monitoring, 'dashboards', 'autotele.json'))
    JSON.parse(dashboard)
    const asked = (read(join(monitoring, 'alerts.yml')) + dashboard).match(/autotele_[a-z_]+/g) ?? []
    for (const name of asked) expect(given, name).toContain(name.replace(/_(?:bucket|count|sum)$/, ''))
  })
})
