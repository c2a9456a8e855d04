import pg from 'pg'
import { z } from 'zod'

/** Rows fetched, and rows inserted, at a time. */
const BATCH = 500
const id = (name: string): string => pg.escapeIdentifier(name)

/** First line: what is in the snapshot. The tables stand in an order in which they can be filled. */
const headerSchema = z.object({
  format: z.literal('autotele-backup-1'),
  createdAt: z.string(),
  migrations: z.array(z.string()),
  /** Newest hash of the audit log: an end that is missing shows. */
  auditHead: z.string().nullable(),
})
export type SnapshotHeader = z.infer<typeof headerSchema>

const tableSchema = z.object({ table: z.string(), columns: z.array(z.string()).min(1) })
const endSchema = z.object({ rows: z.record(z.string(), z.number()) })
export type RowCounts = Readonly<Record<string, number>>

type Table = { readonly name: string; readonly columns: readonly string[]; readonly needs: readonly string[] }

/**
 * The whole of a database, as lines: a header, for each table its columns and one JSON array of texts for each row, and
 * at the end how many rows there were. Read in one transaction, so that it shows one instant while the server works on.
 *
 * Not pg_dump: values are written as PostgreSQL itself writes and reads them, so any version takes them back, no client of
 * the server's version has to be at hand, and the tables come from our own migrations and never from a backup.
 */
export async function* readSnapshot(databaseUrl: string, createdAt: string): AsyncGenerator<string> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'autotele-backup' })
  await client.connect()
  try {
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
    await client.query(
      `SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL bytea_output = 'hex'`,
    )
    const { rows: migrations } = await client.query<{ name: string }>(
      `SELECT migration_name AS name FROM _prisma_migrations
       WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`,
    )
    const { rows: head } = await client.query<{ hash: string }>(
      'SELECT hash FROM audit_log ORDER BY id DESC LIMIT 1',
    )
    const header: SnapshotHeader = {
      format: 'autotele-backup-1',
      createdAt,
      migrations: migrations.map(row => row.name),
      auditHead: head[0]?.hash ?? null,
    }
    yield `#${JSON.stringify(header)}\n`
    const counts: Record<string, number> = {}
    for (const { name, columns } of inOrder(await tablesOf(client))) {
      yield `#${JSON.stringify({ table: name, columns })}\n`
      counts[name] = 0
      const values = columns.map(column => `${id(column)}::text`).join(', ')
      await client.query(
        `DECLARE everything NO SCROLL CURSOR FOR SELECT json_build_array(${values})::text AS line FROM ${id(name)}`,
      )
      for (;;) {
        const { rows } = await client.query<{ line: string }>(`FETCH ${String(BATCH)} FROM everything`)
        if (rows.length === 0) break
        counts[name] += rows.length
        yield rows.map(row => `${row.line}\n`).join('')
      }
      await client.query('CLOSE everything')
    }
    yield `#${JSON.stringify({ rows: counts })}\n`
    await client.query('COMMIT')
  } finally {
    await client.end()
  }
}

async function tablesOf(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `SELECT relname AS name,
       ARRAY(SELECT attname::text FROM pg_attribute
             WHERE attrelid = class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
             ORDER BY attnum) AS columns,
       ARRAY(SELECT DISTINCT confrelid::regclass::text FROM pg_constraint
             WHERE conrelid = class.oid AND contype = 'f' AND confrelid <> class.oid) AS needs
     FROM pg_class AS class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> '_prisma_migrations'
     ORDER BY relname`,
  )
  return rows
}

/** What a table refers to comes before it. */
function inOrder(tables: readonly Table[]): Table[] {
  const sorted: Table[] = []
  const left = new Set(tables)
  while (left.size > 0) {
    const ready = [...left].filter(
      table => ![...left].some(other => other !== table && table.needs.includes(other.name)),
    )
    if (ready.length === 0) throw new Error('tables refer to each other in a circle')
    for (const table of ready) {
      sorted.push(table)
      left.delete(table)
    }
  }
  return sorted
}

/** What restoring takes: the lines as they come, and a way to bring the tables to the state the snapshot was made in. */
export type Filling = {
  readonly lines: AsyncIterable<string>
  readonly databaseUrl: string
  /** Makes the tables as these migrations left them. Called once, before anything is filled. */
  readonly prepare: (migrations: readonly string[]) => Promise<void>
}

/**
 * Fills an empty database from the lines of a snapshot, in one transaction. Gives its header and how many rows there are
 * now. Throws when a line, a row or the end is missing: nothing has changed then.
 */
export async function fillFrom({ lines, databaseUrl, prepare }: Filling): Promise<{
  readonly header: SnapshotHeader
  readonly rows: RowCounts
}> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'autotele-restore' })
  await client.connect()
  try {
    let header: SnapshotHeader | undefined
    let insert: ((batch: readonly string[]) => Promise<void>) | undefined
    let batch: string[] = []
    let announced: RowCounts | undefined
    const filled: Record<string, number> = {}
    const flush = async () => {
      if (batch.length > 0) await insert?.(batch)
      batch = []
    }
    for await (const line of lines) {
      if (!line.startsWith('#')) {
        if (!insert) throw new Error('a row stands before its table')
        batch.push(line)
        if (batch.length >= BATCH) await flush()
        continue
      }
      await flush()
      const said: unknown = JSON.parse(line.slice(1))
      if (!header) {
        header = headerSchema.parse(said)
        await prepare(header.migrations)
        await client.query('BEGIN')
        await client.query(`SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'`)
        continue
      }
      const end = endSchema.safeParse(said).data
      if (end) announced = end.rows
      else {
        const { table, columns } = tableSchema.parse(said)
        filled[table] = 0
        insert = await inserter(
          client,
          table,
          columns,
          count => (filled[table] = (filled[table] ?? 0) + count),
        )
      }
    }
    if (!header || !announced) throw new Error('the backup has no end: it was cut off')
    for (const [table, count] of Object.entries(announced)) {
      if (filled[table] !== count) throw new Error(`the backup lacks rows of ${table}`)
    }
    await forwardSequences(client)
    await client.query('COMMIT')
    return { header, rows: announced }
  } finally {
    await client.end()
  }
}

/** Inserts rows of one table; the types are those of the database that is filled, never the backup's. */
async function inserter(
  client: pg.Client,
  table: string,
  columns: readonly string[],
  onInserted: (count: number) => void,
): Promise<(batch: readonly string[]) => Promise<void>> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = to_regclass('public.' || quote_ident($1)) AND attnum > 0 AND NOT attisdropped`,
    [table],
  )
  const types = new Map(rows.map(row => [row.name, row.type]))
  const values = columns.map((column, at) => {
    const type = types.get(column)
    if (type === undefined) throw new Error(`there is no column ${table}.${column}`)
    return `(line->>${String(at)})::${type}`
  })
  const text = `INSERT INTO ${id(table)} (${columns.map(id).join(', ')})
    SELECT ${values.join(', ')} FROM json_array_elements($1::json) AS line`
  return async batch => {
    const { rowCount } = await client.query(text, [`[${batch.join(',')}]`])
    onInserted(rowCount ?? 0)
  }
}

/** The next id of each table comes after the greatest that was filled in. */
async function forwardSequences(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string; sequence: string }>(
    `SELECT relname AS table, attname AS column,
       pg_get_serial_sequence(quote_ident(relname), attname) AS sequence
     FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
       AND pg_get_serial_sequence(quote_ident(relname), attname) IS NOT NULL`,
  )
  for (const { table, column, sequence } of rows) {
    await client.query(`SELECT setval($1, coalesce(max(${id(column)}), 0) + 1, false) FROM ${id(table)}`, [
      sequence,
    ])
  }
}
