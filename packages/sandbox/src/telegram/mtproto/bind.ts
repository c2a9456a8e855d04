import { sha1 } from '../crypto/hash.ts'
import { igeDecrypt } from '../crypto/ige.ts'
import { messageAesV1 } from '../crypto/message-key.ts'
import { bytes, int, long } from '../tl/fields.ts'
import { TlReader } from '../tl/reader.ts'
import type { Layer } from '../tl/schema.ts'
import type { TlObject } from '../tl/value.ts'
import type { AuthKeys } from './keys.ts'
import { RpcError } from '../errors.ts'
import type { Session } from './session.ts'

/**
 * auth.bindTempAuthKey: a message in the MTProto 1.0 form, sealed with the permanent key, says that the temporary key
 * belongs to it (https://core.telegram.org/method/auth.bindTempAuthKey). Throws RpcError.
 */
export const bindTempKey = (
  request: TlObject,
  session: Session,
  messageId: bigint,
  { keys, service }: { readonly keys: AuthKeys; readonly service: Layer },
): void => {
  const temporary = session.key
  if (temporary.expiresAt === null) throw new RpcError(400, 'TEMP_AUTH_KEY_EMPTY')
  const permanent = keys.get(long(request, 'perm_auth_key_id'))
  const sealed = Buffer.from(bytes(request, 'encrypted_message'))
  const invalid = new RpcError(400, 'ENCRYPTED_MESSAGE_INVALID')
  if (!permanent || permanent.expiresAt !== null || sealed.length < 24 + 48 || sealed.length % 16 !== 8)
    throw invalid
  if (sealed.readBigInt64LE(0) !== permanent.id) throw invalid
  const msgKey = sealed.subarray(8, 24)
  const aes = messageAesV1(permanent.bytes, msgKey)
  const clear = igeDecrypt(sealed.subarray(24), aes.key, aes.iv)
  const length = clear.readUInt32LE(28)
  if (32 + length > clear.length) throw invalid
  if (
    !sha1(clear.subarray(0, 32 + length))
      .subarray(4)
      .equals(msgKey)
  )
    throw invalid
  const inner = new TlReader(clear.subarray(32, 32 + length), service).boxed()
  const matches =
    inner._ === 'bind_auth_key_inner' &&
    clear.readBigInt64LE(16) === messageId &&
    long(inner, 'nonce') === long(request, 'nonce') &&
    long(inner, 'temp_auth_key_id') === temporary.id &&
    long(inner, 'perm_auth_key_id') === permanent.id &&
    long(inner, 'temp_session_id') === session.id &&
    int(inner, 'expires_at') === int(request, 'expires_at')
  if (!matches) throw invalid
  temporary.boundTo = permanent.id
}
