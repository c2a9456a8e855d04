// Shows what has changed, unless somebody is writing; without it the page works as well, by reloading it.
const EVERY_MS = 2000

const isWriting = () =>
  [...document.querySelectorAll('main input, main textarea, main select')].some(
    field => field === document.activeElement || (field.defaultValue ?? field.value) !== field.value,
  )

const refresh = async () => {
  if (document.hidden || isWriting()) return
  const answer = await fetch(location.pathname, { headers: { 'x-refresh': '1' } })
  if (!answer.ok || isWriting()) return
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main')
  const shown = document.querySelector('main')
  if (fresh === null || shown === null) return
  for (const details of shown.querySelectorAll('details[open]')) {
    const same = fresh.querySelector(`details[data-key="${CSS.escape(details.dataset.key)}"]`)
    if (same !== null) same.open = true
  }
  if (fresh.innerHTML === shown.innerHTML) return
  const focused = document.activeElement?.closest('main') ? document.activeElement : null
  if (focused === null) shown.replaceWith(document.adoptNode(fresh))
}

setInterval(() => {
  refresh().catch(() => undefined)
}, EVERY_MS)
