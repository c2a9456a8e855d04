import type { help as fr } from '../fr/help.ts'
import type { Sentences } from '../sentences.ts'

export const help: Sentences<typeof fr> = {
  text: 'Common questions, shortcuts, and what to do when something is wrong.',
  questionsTitle: 'Common questions',
  questions: {
    off: {
      ask: 'Does the computer have to stay on?',
      answer:
        'No, once the message is “Scheduled with Telegram”. Until then AutoTele has to stay open: it places messages one by one, without haste.',
    },
    limit: {
      ask: 'Why does AutoTele not send everything at once?',
      answer:
        'Telegram restricts accounts that go too fast. The pace protects yours; you can only slow it down, in Sending pace.',
    },
    hundred: {
      ask: 'How many messages can be scheduled?',
      answer:
        'Telegram accepts a hundred for each chat and a year ahead. Beyond that, AutoTele keeps the rest and places it as room appears.',
    },
    phone: {
      ask: 'Can I change a message from my phone?',
      answer: 'Yes, in Telegram’s “Scheduled Messages”. AutoTele sees it and shows you.',
    },
    two: {
      ask: 'Can I use AutoTele on two computers?',
      answer:
        'Sign the account in on each. Do not copy a session from one to the other: Telegram would end it on both.',
    },
    end: {
      ask: 'What happens when the licence ends?',
      answer: 'What is scheduled goes out. You can read, export and cancel. Only new messages wait.',
    },
  },
  troubleTitle: 'Something is wrong',
  troubles: {
    account: 'An account is signed out or restricted',
    network: 'AutoTele cannot reach Telegram',
    license: 'The licence or the payment is not recognised',
    data: 'Data is missing or damaged',
    other: 'Something else, or I don’t know',
  },
  shortcutsTitle: 'Keyboard shortcuts',
}
