import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg'
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm'
import pg from 'pg'

export const prismaFolder = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'prisma')
/** Any constant of ours: whoever holds this advisory lock is the one that migrates. */
const MIGRATION_LOCK = 7_214_509
const NO_FILTERS = { externalTables: [], externalEnums: [] }

let engineLoaded: Promise<typeof engineModule> | undefined

/** Prisma's schema engine, as WebAssembly: the native one would have to be downloaded. */
function loadEngine(): Promise<typeof engineModule> {
  engineLoaded ??= (async () => {
    const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm')
    const wasm = await WebAssembly.compile(await readFile(join(dirname(entry), 'schema_engine_bg.wasm')))
    const imports = { './schema_engine_bg.js': engineModule }
    const { exports } = await WebAssembly.instantiate(wasm, imports)
    engineModule.__wbg_set_wasm(exports)
    ;(exports['__wbindgen_start'] as () => void)()
    return engineModule
  })()
  return engineLoaded
}

/**
 * The adapter cuts a script at every semicolon and sends the pieces to whatever connection is free. Sent whole, a script
 * is one implicit transaction (PostgreSQL, "Multiple Statements in a Simple Query"): a migration applies or does not,
 * and may hold function bodies.
 */
class WholeScripts extends PrismaPg {
  readonly #pool: pg.Pool

  constructor(pool: pg.Pool) {
    super(pool)
    this.#pool = pool
  }

  override async connect() {
    const connection = await super.connect()
    connection.executeScript = async script => void (await this.#pool.query(script))
    return connection
  }
}

/** Opens the schema engine on a database for the time of `work`. */
export async function withSchemaEngine<T>(
  databaseUrl: string,
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  const { SchemaEngine } = await loadEngine()
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  const adapter = bindMigrationAwareSqlAdapterFactory(new WholeScripts(pool))
  const datamodel = await readFile(join(prismaFolder, 'schema.prisma'), 'utf8')
  const engine = await SchemaEngine.new(
    { datamodels: [['schema.prisma', datamodel]] },
    () => undefined,
    adapter,
  )
  try {
    return await work(engine)
  } finally {
    engine.free()
    await pool.end()
  }
}

/** The migrations of `prisma/migrations`, as the engine wants them. */
async function readMigrations(only?: readonly string[]): Promise<MigrationList> {
  const folder = join(prismaFolder, 'migrations')
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .filter(name => only?.includes(name) ?? true)
    .sort()
  const missing = only?.find(name => !names.includes(name))
  if (missing !== undefined) throw new Error(`migration ${missing} is not of this version of the program`)
  const lockfile = await readFile(join(folder, 'migration_lock.toml'), 'utf8')
  return {
    baseDir: folder,
    shadowDbInitScript: '',
    lockfile: { path: 'migration_lock.toml', content: lockfile },
    migrationDirectories: await Promise.all(
      names.map(async name => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok' as const, value: await readFile(join(folder, name, 'migration.sql'), 'utf8') },
        },
      })),
    ),
  }
}

/**
 * Brings the database to the newest migration and leaves `_prisma_migrations` as Prisma's CLI would. Replicas that
 * start together wait for each other. Returns the names applied now. Throws when a migration failed before. `only`
 * names the migrations to apply, for a database that is to be as an older version left it.
 */
export async function migrate(databaseUrl: string, only?: readonly string[]): Promise<readonly string[]> {
  const lock = new pg.Client({ connectionString: databaseUrl })
  await lock.connect()
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK])
    const migrationsList = await readMigrations(only)
    if (await isUpToDate(lock, migrationsList)) return []
    return await withSchemaEngine(databaseUrl, async engine => {
      const output = await engine.applyMigrations({ migrationsList, filters: NO_FILTERS })
      return output.appliedMigrationNames
    })
  } finally {
    // Closing the session gives the lock back, whatever happened.
    await lock.end()
  }
}

/**
 * Whether exactly these migrations were applied, to their end, as the files are now. Then the schema engine, which takes
 * longer to load than all the rest of the start, has nothing to do; whatever else is the case, it judges.
 */
async function isUpToDate(client: pg.Client, { migrationDirectories }: MigrationList): Promise<boolean> {
  const known = await client.query<{ known: boolean }>(
    "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS known",
  )
  if (!known.rows[0]?.known) return false
  const { rows } = await client.query<{ name: string; checksum: string; done: boolean }>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AND rolled_back_at IS NULL AS done
     FROM _prisma_migrations`,
  )
  const applied = new Map(rows.filter(row => row.done).map(row => [row.name, row.checksum]))
  return (
    rows.length === migrationDirectories.length &&
    migrationDirectories.every(({ path, migrationFile: { content } }) => {
      const digest = content.tag === 'ok' && createHash('sha256').update(content.value).digest('hex')
      return applied.get(path) === digest
    })
  )
}
