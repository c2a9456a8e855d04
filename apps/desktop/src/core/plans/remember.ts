/** Asks once for each key: what a plan of thousands of messages needs of its chats and dates is often the same. */
export function remember<K, V>(ask: (key: K) => V): (key: K) => V {
  const answers = new Map<K, V>()
  return key => {
    if (!answers.has(key)) answers.set(key, ask(key))
    return answers.get(key) as V
  }
}
