import {
  Archive,
  Bell,
  CircleQuestionMark,
  Gauge,
  Globe,
  HeartPulse,
  Info,
  MonitorCog,
  ScrollText,
  ShieldCheck,
  SlidersHorizontal,
  Telescope,
} from 'lucide-vue-next'
import type { Component } from 'vue'
import type { MessageKey } from '../../i18n/sentences.ts'

/** A part of the settings; `id` is the name of its route, `words` is what else one may search it by. */
type Section = {
  readonly id: string
  readonly label: MessageKey
  readonly words: MessageKey
  readonly icon: Component
}

const section = (id: keyof typeof icons): Section => ({
  id,
  label: `settings.sections.${id}`,
  words: `settings.find.${id}`,
  icon: icons[id],
})

const icons = {
  settings: SlidersHorizontal,
  pace: Gauge,
  protection: ShieldCheck,
  backup: Archive,
  network: Globe,
  notices: Bell,
  application: MonitorCog,
  logs: ScrollText,
  diagnostics: HeartPulse,
  privacy: Telescope,
  about: Info,
  help: CircleQuestionMark,
} as const

/** Every part of the settings, in their order: the menu, its search and the palette read the same table. */
export const sections: readonly Section[] = (Object.keys(icons) as (keyof typeof icons)[]).map(section)
