import {
  Ban,
  CalendarCheck,
  CircleCheck,
  CircleX,
  Clock,
  HelpCircle,
  PauseCircle,
  RefreshCw,
  SendHorizontal,
  TriangleAlert,
} from 'lucide-vue-next'
import type { Component } from 'vue'
import type { DeliveryState, DeliveryView, PlanView } from '../../../contract/index.ts'

type Look = { readonly icon: Component; readonly tone: 'neutral' | 'good' | 'warn' | 'bad' | 'info' }

/** Each state has its own icon: the colour is never the only sign. */
export const looks: Record<DeliveryState, Look> = {
  queued: { icon: Clock, tone: 'neutral' },
  sending: { icon: SendHorizontal, tone: 'info' },
  uncertain: { icon: HelpCircle, tone: 'warn' },
  scheduled: { icon: CalendarCheck, tone: 'info' },
  published: { icon: CircleCheck, tone: 'good' },
  paused: { icon: PauseCircle, tone: 'warn' },
  failed: { icon: CircleX, tone: 'bad' },
  skipped: { icon: Ban, tone: 'neutral' },
  cancelled: { icon: Ban, tone: 'neutral' },
  drifted: { icon: RefreshCw, tone: 'warn' },
  missed: { icon: TriangleAlert, tone: 'bad' },
}

/** The states that a person tells apart when looking for something. */
export const stateGroups = {
  waiting: ['queued', 'sending', 'uncertain', 'paused'],
  scheduled: ['scheduled'],
  drifted: ['drifted'],
  published: ['published'],
  failed: ['failed', 'skipped', 'missed'],
  cancelled: ['cancelled'],
} as const satisfies Record<string, readonly DeliveryState[]>
export type StateGroup = keyof typeof stateGroups

const retriable = new Set<DeliveryState>(['failed', 'skipped'])

/** Those of which nothing has come out, nor is on its way. */
const open = new Set<DeliveryState>([
  'queued',
  'uncertain',
  'scheduled',
  'paused',
  'drifted',
  'failed',
  'skipped',
])

type Stateful = Pick<DeliveryView, 'state' | 'pending'>
/** Something was asked of it and is under way. */
const busy = ({ pending }: Stateful): boolean =>
  pending !== null && pending.error === null && pending.kind !== 'edit'

/** It can be cancelled, and its text and date changed. */
export const canChange = (delivery: Stateful): boolean => open.has(delivery.state) && !busy(delivery)

export const canSendNow = (delivery: Stateful): boolean =>
  (delivery.state === 'scheduled' || delivery.state === 'drifted') && !busy(delivery)

/** Another try makes sense only while the date is still to come. `now`: milliseconds since 1970. */
export const canRetry = ({ state, at }: DeliveryView, now: number): boolean =>
  retriable.has(state) && Date.parse(at) > now

const over: readonly DeliveryState[] = ['published', 'cancelled', 'missed', 'skipped']

/** How many messages of a plan may still come out. */
export const leftOf = ({ total, states }: PlanView): number =>
  total - over.reduce((sum, state) => sum + (states[state] ?? 0), 0)
