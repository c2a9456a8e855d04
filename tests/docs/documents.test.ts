import { existsSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { anchors, commandLines, documents, headings, parse, read, root } from './markdown.ts'

const guides = ['docs/fr/guide-administrateur/', 'docs/en/administrator-guide/']
/** French pages whose English twin has another name. */
const TWINS: Readonly<Record<string, string>> = {
  'guide-administrateur/README.md': 'administrator-guide/README.md',
  'guide-administrateur/1-deploiement.md': 'administrator-guide/1-deployment.md',
  'guide-administrateur/2-configuration.md': 'administrator-guide/2-configuration.md',
  'guide-administrateur/3-btcpay.md': 'administrator-guide/3-btcpay.md',
  'guide-administrateur/4-maintenance.md': 'administrator-guide/4-maintenance.md',
  'guide-administrateur/5-securite.md': 'administrator-guide/5-security.md',
  'guide-administrateur/6-surveillance.md': 'administrator-guide/6-monitoring.md',
  'guide-administrateur/7-depannage.md': 'administrator-guide/7-troubleshooting.md',
  'guide-administrateur/8-liste-de-controle.md': 'administrator-guide/8-checklist.md',
  'donnees-et-conservation.md': 'data-and-retention.md',
  'guide-utilisateur.md': 'user-guide.md',
  'publier.md': 'releasing.md',
  'modele-de-securite.md': 'security-model.md',
  'serveur-sans-ecran.md': 'headless.md',
}

describe('links', () => {
  test('every relative link of every document leads to a file, and every anchor to a heading', () => {
    expect(documents.length).toBeGreaterThan(60)
    const broken: string[] = []
    for (const path of documents) {
      const { prose } = parse(path)
      const targets = [
        ...prose.replace(/`[^`\n]*`/g, '').matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g),
        ...prose.matchAll(/<(?:img|source)\b[^>]*?\bsrc(?:set)?="([^"]+)"/g),
      ].map(match => match[1] ?? '')
      for (const target of targets) {
        if (/^[a-z]+:/.test(target)) continue
        const [file = '', anchor] = decodeURI(target).split('#')
        const to = file === '' ? path : posix.join(posix.dirname(path), file)
        if (!existsSync(join(root, to))) broken.push(`${path}: ${target}`)
        else if (anchor !== undefined && to.endsWith('.md') && !anchors(parse(to).prose).has(anchor))
          broken.push(`${path}: ${target} (no such heading)`)
      }
    }
    expect(broken).toEqual([])
  })
})

describe('two languages', () => {
  const french = documents.filter(path => path.startsWith('docs/fr/'))
  const twinOf = (path: string) => {
    const name = path.slice('docs/fr/'.length)
    return `docs/en/${TWINS[name] ?? name}`
  }
  /** Heading levels, kinds of blocks, and rows of tables and lists, in their order. */
  const shape = (path: string) => {
    const { blocks, prose } = parse(path)
    return {
      headings: headings(prose).map(heading => heading.split(' ')[0]),
      blocks: blocks.map(block => block.info),
      rows: prose.match(/^\|/gm)?.length ?? 0,
    }
  }

  test('every French page has an English one, and the other way round', () => {
    expect(french.map(twinOf).sort()).toEqual(documents.filter(path => path.startsWith('docs/en/')).sort())
  })

  test.for(french)('%s has the sections, tables and commands of its English twin', path => {
    expect(shape(path)).toEqual(shape(twinOf(path)))
  })

  test('the commands of the administrator’s guide are the same in both languages', () => {
    const plain = (path: string) =>
      parse(path).blocks.flatMap(block =>
        /^sh\b/.test(block.info)
          ? commandLines(block).map(line =>
              // Names of people, files and folders of an example, and reasons, are in the reader's language.
              line.replace(
                /"[^"]*"|'[^']*'|\S+@\S+|\b[A-Z]{3,}\b|(?:adduser|harden\.sh) .*|\S*autotele\.git/g,
                '',
              ),
            )
          : [],
      )
    for (const path of french.filter(path => path.startsWith(guides[0] ?? ''))) {
      expect(plain(twinOf(path)), path).toEqual(plain(path))
    }
  })
})

describe('variables', () => {
  const names = (text: string) => new Set(text.match(/\b(?:AUTOTELE|BTCPAY|DATABASE|ACME)_[A-Z_]*[A-Z]\b/g))
  const schema = /const schema = z\.object\(\{([\s\S]*?)\n\}\)/.exec(
    read('apps/license-server/src/config/config.ts'),
  )?.[1]
  const config = (schema?.match(/^ {2}[A-Z_]+(?=:)/gm) ?? []).map(name => name.trim())
  const assigned = (path: string) =>
    new Set([...read(path).matchAll(/^#?([A-Z_]+)=/gm)].map(match => match[1] ?? ''))
  const server = assigned('apps/license-server/.env.example')
  const compose = assigned('.env.example')

  test('every variable that the server reads is in its .env.example and in the guide, in both languages', () => {
    expect(config.length).toBeGreaterThan(20)
    const without = (name: string) => name.replace(/_FILE$/, '')
    const explained = new Set([...server].flatMap(name => [name, without(name)]))
    for (const folder of guides) {
      const guide = names(
        documents
          .filter(path => path.startsWith(folder))
          .map(read)
          .join('\n'),
      )
      for (const name of [...config, ...compose]) {
        if (/^(?:AUTOTELE|BTCPAY|DATABASE|ACME)_/.test(name)) expect(guide, folder).toContain(name)
      }
    }
    for (const name of config) expect(explained).toContain(name)
  })

  test('every variable that a document names is one that a program reads', () => {
    const sources = [
      'apps/desktop/electron.vite.config.ts',
      'apps/desktop/src/host/log-file.ts',
      'apps/desktop/src/main/paths.ts',
      'apps/license-server/src/cli/btcpay-commands.ts',
      'apps/license-server/src/cli/rotate-command.ts',
      'apps/license-server/src/cli/preflight-command.ts',
      'deploy/vps/btcpay.sh',
      'docker-compose.yml',
      '.github/workflows/ci.yml',
    ]
    const known = new Set([
      ...config,
      ...server,
      ...compose,
      ...sources.flatMap(path => [...names(read(path))]),
    ])
    const ofGuide = documents.filter(path => guides.some(folder => path.startsWith(folder)))
    for (const path of [...ofGuide, 'docs/fr/api.md', 'docs/en/api.md']) {
      for (const name of names(read(path))) expect(known, path).toContain(name)
    }
  })
})

describe('what commands name', () => {
  const blocks = documents.flatMap(path =>
    parse(path).blocks.flatMap(block => (/^sh\b/.test(block.info) ? [{ path, block }] : [])),
  )

  test('a block of shell says whether it needs a real server, and nothing else', () => {
    for (const { path, block } of blocks) expect(['sh', 'sh vps'], path).toContain(block.info)
  })

  test('every npm script, and every script and file of deploy/, is there', () => {
    const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts)
    for (const { path, block } of blocks) {
      for (const line of commandLines(block)) {
        for (const [, script = ''] of line.matchAll(/\bnpm (?:run )?(?:--silent )?([a-z][\w:]*)/g)) {
          if (script !== 'install') expect(scripts, `${path}: ${line}`).toContain(script)
        }
        for (const [file] of line.matchAll(/(?<![\w/.])deploy\/[\w./-]+/g)) {
          expect(existsSync(join(root, file)), `${path}: ${file}`).toBe(true)
          if (/^(?:[A-Z_]+=\S+ )?deploy\/.*\.sh/.test(line) && process.platform !== 'win32')
            expect(statSync(join(root, file)).mode & 0o111, `${file} is executable`).not.toBe(0)
        }
      }
    }
  })

  test('every service and profile of compose that a document names is in the compose file', () => {
    const compose = read('docker-compose.yml')
    for (const { path, block } of blocks) {
      for (const line of commandLines(block)) {
        for (const [, service = ''] of line.matchAll(
          /docker compose (?:exec|logs|stop|restart) (?:-\S+ (?:\d+h? )?)*([a-z-]+)/g,
        ))
          expect(compose, `${path}: ${line}`).toContain(`\n  ${service}:\n`)
        for (const [, profile = ''] of line.matchAll(/--profile ([a-z]+)/g))
          expect(compose, `${path}: ${line}`).toContain(`profiles: [${profile}]`)
      }
    }
  })
})
