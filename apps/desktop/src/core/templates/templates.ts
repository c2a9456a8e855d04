import { z } from 'zod'
import { Template, type Handlers, type TemplateId } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import { openKept } from '../kept.ts'
import { checkedName } from '../names.ts'
import type { Clock, Emit, Log, Random } from '../ports.ts'
import { instantOf } from '../time.ts'
import type { SealedRecords } from '../vault/index.ts'

const KIND = 'template'
const MOST = 500

/** `position` orders them; gaps mean nothing. */
const Stored = Template.extend({ position: z.int() })
type Stored = z.infer<typeof Stored>

export type TemplatesHandlers = Pick<
  Handlers,
  'templates.list' | 'templates.save' | 'templates.remove' | 'templates.reorder'
>

/** Messages kept to be used again, sealed, in the order of the person. */
export function createTemplates(deps: {
  readonly records: SealedRecords
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly emit: Emit
}): TemplatesHandlers {
  const { records, clock, random, emit } = deps

  const kept = openKept(records, KIND, Stored, deps.log)
  const stored = (): readonly Stored[] => [...kept.all()].sort((a, b) => a.position - b.position)
  const list = (): Template[] => stored().map(one => Template.parse(one))
  const changed = (): Template[] => {
    const present = list()
    emit('templates.changed', present)
    return present
  }

  return {
    'templates.list': list,
    'templates.save': ({ id, name, ...words }) => {
      const all = stored()
      const before = id === null ? undefined : kept.one(id)
      if (id !== null && before === undefined) throw new CallFailure('template/unknown')
      if (id === null && all.length >= MOST) throw new CallFailure('template/too-many', { limit: MOST })
      const others = all.filter(one => one.id !== id).map(one => one.name)
      const checked = checkedName(name, others)
      if (words.text.trim() === '') throw new CallFailure('plan/empty-text')
      const saved: Stored = {
        ...words,
        id: id ?? (Buffer.from(random.bytes(12)).toString('hex') as TemplateId),
        name: checked,
        updatedAt: instantOf(clock.now()),
        position: before?.position ?? (all.at(-1)?.position ?? 0) + 1,
      }
      kept.save(saved)
      changed()
      return Template.parse(saved)
    },
    'templates.remove': ({ id }) => {
      kept.remove(id)
      changed()
      return {}
    },
    'templates.reorder': ({ ids }) => {
      const all = stored()
      const asked = [...new Set(ids)].flatMap(id => all.find(one => one.id === id) ?? [])
      const ordered = [...asked, ...all.filter(one => !asked.includes(one))]
      ordered.forEach((one, index) => {
        if (one.position !== index + 1) kept.save({ ...one, position: index + 1 })
      })
      return changed()
    },
  }
}
