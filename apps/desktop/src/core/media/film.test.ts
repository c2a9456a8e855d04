import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createFilmReader, type Film } from './film.ts'
import { HEAD_BYTES, recognise } from './recognise.ts'

// Two seconds of FFmpeg's test picture and a tone, H.264 and AAC, made with:
//   ffmpeg -f lavfi -i testsrc=size=160x90:rate=5:duration=2 -f lavfi -i sine=frequency=440:sample_rate=8000:duration=2
//     -c:v libx264 -preset veryslow -crf 40 -pix_fmt yuv420p -c:a aac -b:a 8k -ac 1 -movflags +faststart
//     -map_metadata -1 -fflags +bitexact film.mp4
// film.mov: `-i film.mp4 -c copy`, its index at the end. film.webm: one second of it in VP8.
// sound.*: one second of the tone. moving.gif: two frames of 16 × 12.
const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'testing', name))

function read(bytes: Uint8Array, chunk = bytes.length): Film | null {
  const reader = createFilmReader()
  for (let from = 0; from < bytes.length; from += chunk) reader.write(bytes.subarray(from, from + chunk))
  return reader.end()
}
const seen = (name: string, bytes = fixture(name)) =>
  recognise(bytes.subarray(0, HEAD_BYTES), name, read(bytes))

/** The boxes of a file, by name. */
function boxesOf(bytes: Buffer): Map<string, Buffer> {
  const boxes = new Map<string, Buffer>()
  for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at))
    boxes.set(bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at, at + bytes.readUInt32BE(at)))
  return boxes
}

test('a real film tells its size, its length and that it can be watched while it comes', () => {
  expect(seen('film.mp4')).toEqual({
    ...{ kind: 'video', mime: 'video/mp4', width: 160, height: 90 },
    ...{ duration: 2, streamable: true },
  })
})

test('a film whose index comes last is known as well, and not called streamable', () => {
  expect(seen('film.mov')).toMatchObject({
    ...{ kind: 'video', mime: 'video/quicktime', width: 160, height: 90 },
    ...{ duration: 2, streamable: false },
  })
})

test('a sound in the same clothes is a sound, other sounds are known by their beginning, and WebM is a document', () => {
  expect(seen('sound.m4a')).toMatchObject({ kind: 'audio', mime: 'audio/mp4', width: null })
  expect(seen('sound.m4a').duration).toBeCloseTo(1, 0)
  expect(seen('sound.mp3')).toMatchObject({ kind: 'audio', mime: 'audio/mpeg' })
  expect(seen('sound.ogg')).toMatchObject({ kind: 'audio', mime: 'audio/ogg' })
  expect(seen('moving.gif')).toMatchObject({ kind: 'animation', mime: 'image/gif', width: 16, height: 12 })
  expect(seen('film.webm')).toMatchObject({ kind: 'document', mime: 'video/webm' })
})

test('wherever the pieces of a file are cut, the same is read', () => {
  for (const name of ['film.mp4', 'film.mov'])
    for (const chunk of [1, 7, 8, 9, 1000]) expect(read(fixture(name), chunk)).toEqual(read(fixture(name)))
})

test('a film held upright is as high as it is shown, and a length of 64 bits is read', () => {
  const turned = fixture('film.mov')
  const matrix = turned.indexOf('tkhd') + 4 + 40
  turned.writeInt32BE(0, matrix)
  turned.writeInt32BE(0x10000, matrix + 4)
  expect(read(turned)).toMatchObject({ picture: { width: 90, height: 160 } })

  const boxes = boxesOf(fixture('film.mp4'))
  const contents = boxes.get('mdat')!
  const long = Buffer.concat([Buffer.from('000000016d6461740000000000000000', 'hex'), contents.subarray(8)])
  long.writeBigUInt64BE(BigInt(long.length), 8)
  expect(read(Buffer.concat([boxes.get('ftyp')!, long, boxes.get('moov')!]))).toMatchObject({
    ...{ picture: { width: 160, height: 90 }, sound: true, duration: 2, streamable: false },
  })
})

test('a film that was cut off before its index is a document', () => {
  const film = fixture('film.mov')
  for (const part of [0.2, 0.5, 0.8, 0.99]) {
    const bytes = film.subarray(0, Math.floor(film.length * part))
    expect(seen('film.mov', bytes)).toMatchObject({ kind: 'document', mime: 'video/quicktime' })
  }
})

test('whatever is damaged in a film, it is read or refused, never more: each byte of its boxes in turn', () => {
  const film = fixture('film.mp4')
  const end = film.indexOf('mdat')
  for (let at = 0; at < end; at++)
    for (const value of [0, 1, 0x7f, 0xff]) {
      const bytes = Buffer.from(film)
      bytes[at] = value
      const { kind, width, duration } = seen('film.mp4', bytes)
      expect(['video', 'document', 'audio']).toContain(kind)
      if (kind === 'video') expect(width).toBeGreaterThan(0)
      expect(duration ?? 1).toBeGreaterThan(0)
    }
})
