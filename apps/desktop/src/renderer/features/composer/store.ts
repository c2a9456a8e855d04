import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type {
  AccountId,
  CallError,
  ChatId,
  ChatPlace,
  DraftId,
  PlanDraft,
  PlanMedia,
  PlanPreview,
  TextEntity,
} from '../../../contract/index.ts'
import { useCore } from '../../core.ts'
import { useClock } from '../../lib/now.ts'
import { useSettings } from '../../stores/settings.ts'
import { readRow, rowOf, tomorrowAtNine, type DateRow } from './rows.ts'
import { blankRule, formOf, readRule as readForm, type RuleForm } from './rule.ts'

const SAVE_AFTER_MILLISECONDS = 400
const LIVE_AFTER_MILLISECONDS = 500
const MOST_STAGGER_MINUTES = 1440

/** Nothing typed is no offset; null: not readable. */
function readStagger(typed: string): number | null {
  if (typed.trim() === '') return 0
  const minutes = /^\d{1,4}$/.test(typed.trim()) ? Number(typed) : Infinity
  return minutes <= MOST_STAGGER_MINUTES ? minutes : null
}

/** What is being written. Every change is saved by the core, so that closing the window loses nothing. */
export const useComposer = defineStore('composer', () => {
  const core = useCore()
  const settings = useSettings()
  const clock = useClock()

  const accountId = ref<AccountId | null>(null)
  const chatIds = ref<ChatId[]>([])
  const text = ref('')
  const entities = ref<TextEntity[]>([])
  const media = shallowRef<readonly PlanMedia[]>([])
  const places = shallowRef<readonly ChatPlace[]>([])
  const silent = ref(false)
  const linkPreview = ref(true)
  const timeZone = ref(settings.zone)
  const rows = ref<DateRow[]>([{ id: 0, day: '', time: '' }])
  let lastRow = 0
  const mode = ref<PlanDraft['mode']>('once')
  const ruleForm = shallowRef<RuleForm>(blankRule)
  const stagger = ref('')

  const readRows = computed(() => rows.value.map(row => ({ row, ...readRow(row, timeZone.value, clock()) })))
  const dates = computed(() => [...new Set(readRows.value.flatMap(({ local }) => local ?? []))].sort())
  const readRule = computed(() => readForm(ruleForm.value, timeZone.value, clock()))
  const staggerMinutes = computed(() => readStagger(stagger.value))
  const draft = computed<PlanDraft>(() => ({
    accountId: accountId.value,
    chatIds: chatIds.value,
    text: text.value,
    entities: entities.value,
    media: [...media.value],
    places: places.value.filter(({ chatId }) => chatIds.value.includes(chatId)),
    silent: silent.value,
    linkPreview: linkPreview.value,
    dates: dates.value,
    timeZone: timeZone.value,
    mode: mode.value,
    rule: readRule.value.rule,
    staggerMinutes: staggerMinutes.value ?? 0,
  }))
  /** Worth keeping? A chosen account alone is not. */
  const blank = computed(
    () =>
      text.value === '' &&
      media.value.length === 0 &&
      chatIds.value.length === 0 &&
      dates.value.length === 0 &&
      mode.value === 'once',
  )

  const loaded = ref(false)
  const loadError = shallowRef<CallError | null>(null)
  const saving = ref<'idle' | 'saving' | 'saved' | 'failed'>('idle')
  let stored = ''
  let timer: ReturnType<typeof setTimeout> | undefined

  async function save(): Promise<void> {
    clearTimeout(timer)
    if (!loaded.value) return
    const content = blank.value ? null : draft.value
    const serialized = JSON.stringify(content)
    if (serialized === stored) return
    saving.value = 'saving'
    const answer = await core.call('plans.saveDraft', { draft: content })
    if (answer.ok) stored = serialized
    saving.value = answer.ok ? 'saved' : 'failed'
  }

  watch(draft, () => {
    clearTimeout(timer)
    timer = setTimeout(() => void save(), SAVE_AFTER_MILLISECONDS)
  })
  core.onStale(() => void save())

  function fill(from: PlanDraft) {
    accountId.value = from.accountId
    chatIds.value = [...from.chatIds]
    text.value = from.text
    entities.value = [...(from.entities ?? [])]
    media.value = from.media ?? []
    places.value = from.places ?? []
    silent.value = from.silent ?? false
    linkPreview.value = from.linkPreview ?? true
    timeZone.value = from.timeZone
    rows.value = from.dates.map(date => rowOf(++lastRow, date))
    if (rows.value.length === 0) addRow()
    mode.value = from.mode ?? 'once'
    ruleForm.value = from.rule == null ? blankRule : formOf(from.rule)
    stagger.value =
      from.staggerMinutes === undefined || from.staggerMinutes === 0 ? '' : String(from.staggerMinutes)
  }

  const setRule = (change: Partial<RuleForm>) => {
    ruleForm.value = { ...ruleForm.value, ...change }
  }

  /** Both ways keep what was typed; a rule begins where the dates stand, or tomorrow at nine. */
  function chooseMode(wanted: PlanDraft['mode']) {
    mode.value = wanted
    const { from, time } = ruleForm.value
    if (wanted === 'once' || from !== '' || time !== '') return
    const first = rowOf(0, dates.value[0] ?? tomorrowAtNine(clock(), timeZone.value))
    setRule({ from: first.day, time: first.time })
  }

  /** Brings back the saved draft, once; never over something already typed. */
  async function load(): Promise<void> {
    if (loaded.value) return
    loadError.value = null
    const answer = await core.call('plans.loadDraft', {})
    if (loaded.value) return
    if (!answer.ok) {
      loadError.value = answer.error
      return
    }
    stored = JSON.stringify(answer.data)
    if (answer.data === null) timeZone.value = settings.zone
    else if (blank.value) fill(answer.data)
    loaded.value = true
  }

  function addRow(local?: string) {
    const id = ++lastRow
    rows.value = [...rows.value, local === undefined ? { id, day: '', time: '' } : rowOf(id, local)]
  }

  /** Puts a date in the last row when it is still blank, else in a new one. */
  function addDate(local: string) {
    const last = readRows.value.at(-1)
    if (last?.blank === true) rows.value = [...rows.value.slice(0, -1), rowOf(last.row.id, local)]
    else addRow(local)
  }

  const setRow = (id: number, change: Partial<Omit<DateRow, 'id'>>) => {
    rows.value = rows.value.map(row => (row.id === id ? { ...row, ...change } : row))
  }

  function removeRow(id: number) {
    rows.value = rows.value.filter(row => row.id !== id)
    if (rows.value.length === 0) addRow()
  }

  /** Chats belong to one account: those of another mean nothing. */
  function chooseAccount(id: AccountId | null) {
    if (accountId.value === id) return
    accountId.value = id
    chatIds.value = []
    places.value = []
  }

  /** Empties everything but the account and the zone. */
  function reset() {
    chatIds.value = []
    text.value = ''
    entities.value = []
    media.value = []
    places.value = []
    silent.value = false
    linkPreview.value = true
    rows.value = []
    addRow()
    mode.value = 'once'
    ruleForm.value = blankRule
    stagger.value = ''
    preview.value = null
  }

  // What the core keeps is forgotten here while the vault is locked; what it could not keep stays, to be saved later.
  core.onLocked(() => {
    if (!loaded.value || JSON.stringify(blank.value ? null : draft.value) !== stored) return
    clearTimeout(timer)
    loaded.value = false
    accountId.value = null
    reset()
  })

  /** Empties the draft here and in the core. */
  async function discard(): Promise<void> {
    reset()
    await save()
    saving.value = 'idle'
  }

  /** Where in a chat, and as whom; null of both is the chat itself, as the account. */
  function setPlace(chatId: ChatId, change: Partial<Omit<ChatPlace, 'chatId'>>) {
    const before = places.value.find(one => one.chatId === chatId)
    const after = { chatId, topicId: null, sendAs: null, ...before, ...change }
    places.value = [
      ...places.value.filter(one => one !== before),
      ...(after.topicId === null && after.sendAs === null ? [] : [after]),
    ]
  }

  /** Takes up another draft; the one that was open stays among the drafts. */
  async function open(id: DraftId): Promise<void> {
    await save()
    const answer = await core.call('drafts.open', { id })
    loadError.value = answer.ok ? null : answer.error
    if (!answer.ok) return
    reset()
    fill(answer.data.draft)
    stored = JSON.stringify(answer.data.draft)
    saving.value = 'idle'
  }

  /** Begins with nothing; the draft that was open stays among the drafts. */
  async function leave(): Promise<void> {
    await save()
    const answer = await core.call('drafts.leave', {})
    loadError.value = answer.ok ? null : answer.error
    if (!answer.ok) return
    reset()
    stored = 'null'
    saving.value = 'idle'
  }

  /** What the plan means so far, renewed while it is being written: findings, album and text of each chat. */
  const live = shallowRef<PlanPreview | null>(null)
  let liveTimer: ReturnType<typeof setTimeout> | undefined
  let newestLive = 0
  watch(
    draft,
    now => {
      clearTimeout(liveTimer)
      const mine = ++newestLive
      if (now.accountId === null || now.chatIds.length === 0) {
        live.value = null
        return
      }
      liveTimer = setTimeout(() => {
        void core.call('plans.preview', now).then(answer => {
          if (mine === newestLive) live.value = answer.ok ? answer.data : null
        })
      }, LIVE_AFTER_MILLISECONDS)
    },
    { deep: false },
  )

  const preview = shallowRef<{ readonly draft: PlanDraft; readonly preview: PlanPreview } | null>(null)
  const reviewError = shallowRef<CallError | null>(null)
  const reviewing = ref(false)

  /** Asks what the plan means, for exactly the draft of this moment. */
  async function review(): Promise<void> {
    const asked = draft.value
    reviewing.value = true
    reviewError.value = null
    const answer = await core.call('plans.preview', asked)
    reviewing.value = false
    if (answer.ok) preview.value = { draft: asked, preview: answer.data }
    else {
      preview.value = null
      reviewError.value = answer.error
    }
  }

  /** Confirms what was shown; the number of messages made, or null with `reviewError` set. */
  async function confirm(): Promise<number | null> {
    const shown = preview.value
    if (shown === null || reviewing.value) return null
    reviewing.value = true
    reviewError.value = null
    const answer = await core.call('plans.confirm', { draft: shown.draft, token: shown.preview.token })
    reviewing.value = false
    if (!answer.ok) {
      if (answer.error.code === 'plan/changed-since-preview') await review()
      reviewError.value = answer.error
      return null
    }
    await discard()
    return answer.data.deliveries
  }

  return {
    accountId,
    chatIds,
    text,
    entities,
    media,
    places,
    setPlace,
    open,
    leave,
    live,
    silent,
    linkPreview,
    timeZone,
    rows,
    readRows,
    dates,
    mode,
    chooseMode,
    ruleForm,
    setRule,
    readRule,
    stagger,
    staggerMinutes,
    draft,
    blank,
    loaded,
    loadError,
    saving,
    load,
    save,
    addRow,
    addDate,
    setRow,
    removeRow,
    chooseAccount,
    discard,
    preview,
    reviewError,
    reviewing,
    review,
    confirm,
  }
})
