import { computed, reactive, ref, watch } from 'vue'
import { readProxyLink } from '../../../contract/proxy-links.ts'
import type { ProxyChange, ProxyView } from '../../../contract/index.ts'
import { useText } from '../../i18n/index.ts'

export type ProxyField = 'host' | 'port'

const blank = () => ({
  kind: 'none' as ProxyView['kind'],
  host: '',
  port: '',
  username: '',
  password: '',
  secret: '',
})

/** What is typed about the proxy. Nothing typed is lost when the kind changes and changes back. */
export function useProxyForm(stored: () => ProxyView | null) {
  const { t } = useText()
  const form = reactive(blank())
  const link = ref('')
  const tried = ref(false)

  function fill(view: ProxyView) {
    Object.assign(form, blank(), { kind: view.kind })
    if (view.kind !== 'none') Object.assign(form, { host: view.host, port: String(view.port) })
    if (view.kind === 'socks5') form.username = view.username
    link.value = ''
    tried.value = false
  }

  // What is being typed is not overwritten by a change that comes from elsewhere.
  let filled = ''
  watch(
    stored,
    view => {
      if (view !== null && (filled === '' || filled === JSON.stringify(form))) {
        fill(view)
        filled = JSON.stringify(form)
      }
    },
    { immediate: true },
  )

  // A link only fills the form in: whether to use it is for the person to say.
  const linkError = computed(() =>
    link.value.trim() !== '' && readProxyLink(link.value) === null ? t('network.linkUnknown') : '',
  )
  watch(link, text => {
    const read = readProxyLink(text)
    if (read !== null) Object.assign(form, blank(), read)
  })

  /** Its password or secret is in the vault, and goes on counting while the field is empty. */
  const kept = computed(() => {
    const view = stored()
    if (view === null || view.kind !== form.kind || view.kind === 'none') return false
    if (view.host !== form.host.trim() || String(view.port) !== form.port.trim()) return false
    return view.kind === 'mtproxy' ? view.hasSecret : view.hasPassword && view.username === form.username
  })

  const errors = computed<Record<ProxyField, string>>(() => {
    const port = Number(form.port)
    const portFine = /^\d{1,5}$/.test(form.port.trim()) && port >= 1 && port <= 65_535
    return {
      host: /^[^\s/@?#]+$/.test(form.host.trim()) ? '' : t('network.hostMissing'),
      port: portFine ? '' : t('network.portInvalid'),
    }
  })
  const shown = computed<Record<ProxyField, string>>(() =>
    tried.value ? errors.value : { host: '', port: '' },
  )

  /** What to ask of the core, or null with the fields that are wrong marked. */
  function change(): ProxyChange | null {
    if (form.kind === 'none') return { kind: 'none' }
    tried.value = true
    if (errors.value.host !== '' || errors.value.port !== '') return null
    const place = { host: form.host.trim(), port: Number(form.port) }
    const keep = (typed: string) => (typed === '' && kept.value ? null : typed)
    return form.kind === 'socks5'
      ? { kind: 'socks5', ...place, username: form.username, password: keep(form.password) }
      : { kind: 'mtproxy', ...place, secret: keep(form.secret.trim()) }
  }

  function saved(view: ProxyView) {
    fill(view)
    filled = JSON.stringify(form)
  }

  return { form, link, linkError, errors: shown, kept, change, saved }
}
