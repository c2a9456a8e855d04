// Prints the SQL that leads from an older schema file (nothing, when none is named) to prisma/schema.prisma:
//   git show HEAD:apps/license-server/prisma/schema.prisma > old.prisma
//   node scripts/write-migration.ts old.prisma > prisma/migrations/<time>_<name>/migration.sql
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../src/storage/embedded-postgres.ts'
import { prismaFolder, withSchemaEngine } from '../src/storage/migrate.ts'

const folder = await mkdtemp(join(tmpdir(), 'autotele-diff-'))
const postgres = await startEmbeddedPostgres(folder)
try {
  const read = async (path: string) => ({
    tag: 'schemaDatamodel' as const,
    files: [{ content: await readFile(path, 'utf8'), path: 'schema.prisma' }],
  })
  const [before] = process.argv.slice(2)
  const from = before ? await read(before) : { tag: 'empty' as const }
  const to = await read(join(prismaFolder, 'schema.prisma'))
  const result = await withSchemaEngine(postgres.databaseUrl, engine =>
    engine.diff({
      from,
      to,
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    }),
  )
  process.stdout.write(result.stdout ?? '')
} finally {
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
