import type { TlObject } from '../tl/value.ts'
import { CAPTION_LENGTH_MAX, MESSAGE_LENGTH_MAX } from '../world/text.ts'
import { MOST_PARTS } from '../world/uploads.ts'
import type { OpenHandler } from './context.ts'

const CONFIG_SECONDS = 3600

// https://core.telegram.org/api/config#client-configuration
const APP_CONFIG: Readonly<Record<string, number>> = {
  caption_length_limit_default: CAPTION_LENGTH_MAX.default,
  caption_length_limit_premium: CAPTION_LENGTH_MAX.premium,
  upload_max_fileparts_default: MOST_PARTS.default,
  upload_max_fileparts_premium: MOST_PARTS.premium,
}

const toJsonValue = ([key, value]: [string, number]): TlObject => ({
  _: 'jsonObjectValue',
  key,
  value: { _: 'jsonNumber', value },
})

export const helpHandlers: Record<string, OpenHandler> = {
  'help.getConfig': (_request, { world, dataCentres, caller }) => ({
    _: 'config',
    date: world.now(),
    expires: world.now() + CONFIG_SECONDS,
    test_mode: false,
    this_dc: caller.dcId,
    dc_options: dataCentres().map(({ id, port }) => ({
      _: 'dcOption',
      id,
      ip_address: '127.0.0.1',
      port,
      static: true,
    })),
    dc_txt_domain_name: 'localhost',
    chat_size_max: 200,
    megagroup_size_max: 200_000,
    forwarded_count_max: 100,
    online_update_period_ms: 210_000,
    offline_blur_timeout_ms: 5000,
    offline_idle_timeout_ms: 30_000,
    online_cloud_timeout_ms: 300_000,
    notify_cloud_delay_ms: 30_000,
    notify_default_delay_ms: 1500,
    push_chat_period_ms: 60_000,
    push_chat_limit: 2,
    edit_time_limit: 172_800,
    revoke_time_limit: 0x7fffffff,
    revoke_pm_time_limit: 0x7fffffff,
    rating_e_decay: 2_419_200,
    stickers_recent_limit: 200,
    channels_read_media_period: 604_800,
    call_receive_timeout_ms: 20_000,
    call_ring_timeout_ms: 90_000,
    call_connect_timeout_ms: 30_000,
    call_packet_timeout_ms: 10_000,
    me_url_prefix: 'https://t.me/',
    caption_length_max: CAPTION_LENGTH_MAX.default,
    message_length_max: MESSAGE_LENGTH_MAX,
    webfile_dc_id: caller.dcId,
  }),
  'help.getNearestDc': (_request, { caller, dataCentres }) => ({
    _: 'nearestDc',
    country: 'FR',
    this_dc: caller.dcId,
    nearest_dc: dataCentres()[0]?.id ?? caller.dcId,
  }),
  'help.getAppConfig': () => ({
    _: 'help.appConfig',
    hash: 1,
    config: { _: 'jsonObject', value: Object.entries(APP_CONFIG).map(toJsonValue) },
  }),
  rpc_drop_answer: () => ({ _: 'rpc_answer_unknown' }),
}
