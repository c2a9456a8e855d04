import type { DeliveryView, Output, ParsedInput } from '../../contract/index.ts'
import { csvRecord } from './csv.ts'

const PAGE = 250
const BOM = '\uFEFF'

type List = (input: ParsedInput<'deliveries.list'>) => Output<'deliveries.list'>
type NameOf = (view: DeliveryView) => string

const COLUMNS = [
  'date_utc',
  'date_local',
  'time_zone',
  'account',
  'chat',
  'chat_id',
  'state',
  'published_utc',
  'link',
  'error',
  'text',
] as const

/** The next piece of an export: a page of messages written down, with the beginning and the end of the file. */
export function exportPiece(
  { filter, format, bom, cursor }: ParsedInput<'history.export'>,
  list: List,
  accountName: NameOf,
  today: string,
): Output<'history.export'> {
  const { items, next } = list({ ...filter, cursor: cursor === '' ? null : cursor, limit: PAGE })
  const first = cursor === null
  const csv = format === 'csv'
  const head = !first ? '' : csv ? (bom ? BOM : '') + csvRecord(COLUMNS) : '[\n'
  const tail = next !== null || csv ? '' : '\n]\n'
  const body = csv
    ? items.map(view => csvRecord(cellsOf(view, accountName))).join('')
    : items
        .map(view => JSON.stringify(format === 'json' ? view : historyEntryWithText(view, accountName(view))))
        // A page that found nothing writes nothing, so each entry brings the comma before it.
        .map((entry, index) => (first && index === 0 ? entry : `,\n${entry}`))
        .join('')
  return {
    piece: head + body + tail,
    next,
    fileName: csv
      ? `autotele-${today}.csv`
      : format === 'json'
        ? `autotele-${today}.json`
        : 'send_history.json',
    type: csv ? 'text/csv;charset=utf-8' : 'application/json',
    rows: items.length,
  }
}

function cellsOf(view: DeliveryView, accountName: NameOf): string[] {
  const { at, local, timeZone, chatTitle, chatId, state, publishedAt, link, error, text } = view
  return [
    at,
    local,
    timeZone,
    accountName(view),
    chatTitle,
    // A spreadsheet would round a long number, and a chat's begins with a minus sign.
    `id ${chatId}`,
    state,
    publishedAt ?? '',
    link ?? '',
    error ?? '',
    text,
  ]
}

/** One entry of `send_history.json`: who, where, when and what became of it, without the text. */
export const historyEntry = (view: DeliveryView, account: string) => ({
  account,
  group: view.chatTitle,
  group_id: view.chatId,
  scheduled_time: view.at,
  time_zone: view.timeZone,
  status: view.state,
  sent_time: view.publishedAt,
  link: view.link,
  error: view.error,
})

export const historyEntryWithText = (view: DeliveryView, account: string) => ({
  ...historyEntry(view, account),
  message: view.text,
})
