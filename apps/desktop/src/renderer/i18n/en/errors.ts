import type { errors as fr } from '../fr/errors.ts'
import type { Sentences } from '../sentences.ts'

export const errors: Sentences<typeof fr> = {
  'call/unknown-method': {
    what: 'This action does not exist in this version of AutoTele.',
    next: 'Close AutoTele and open it again; if it comes back, install the latest version.',
  },
  'call/invalid-input': {
    what: 'A value was not understood.',
    next: 'Check the fields and try again.',
  },
  'call/core-unavailable': {
    what: 'AutoTele is not answering just now.',
    next: 'It reconnects by itself; try again in a moment.',
  },
  'call/internal': {
    what: 'An unexpected error happened.',
    next: 'Try again. If it comes back, send today’s log to your seller.',
  },
  'vault/locked': {
    what: 'AutoTele is locked.',
    next: 'Enter your passphrase to go on.',
  },
  'vault/wrong-passphrase': {
    what: 'This is not the right passphrase.',
    next: 'Check capital letters and the keyboard layout, then try again.',
  },
  'vault/passphrase-too-weak': {
    what: 'This passphrase is too weak.',
    next: 'Choose at least {limit} characters, several words for example.',
  },
  'vault/already-exists': {
    what: 'Your data is already protected.',
    next: 'Open AutoTele again and enter your passphrase.',
  },
  'vault/damaged': {
    what: 'The vault of your data is damaged and does not open.',
    next: 'Choose a copy or a backup to restore; what is damaged will be kept aside.',
  },
  'vault/last-slot': {
    what: 'Without it nothing would protect or open your data any more.',
    next: 'Add a passphrase first.',
  },
  'vault/slot-unknown': {
    what: 'This way in does not exist any more.',
    next: 'Go back to Security to see those that are left.',
  },
  'vault/keyring-unusable': {
    what: 'The keyring of this computer cannot keep the key.',
    next: 'Keep your passphrase; if the settings require it, lift that requirement first.',
  },
  'backup/path-unusable': {
    what: 'This path leads to no usable file.',
    next: 'Write the whole path of a file, in a folder that exists.',
  },
  'backup/file-exists': {
    what: 'There is a file at this place already.',
    next: 'Choose another name: nothing is ever replaced.',
  },
  'backup/not-a-backup': {
    what: 'This file is not a backup of AutoTele.',
    next: 'Choose a file whose name ends in .autotele-backup.',
  },
  'backup/damaged': {
    what: 'This backup is damaged or incomplete.',
    next: 'Copy it again from where it is kept, or take another one. Your present data is untouched.',
  },
  'backup/over': {
    what: 'This operation is over.',
    next: 'Start again from the beginning.',
  },
  'telegram/phone-invalid': {
    what: 'Telegram does not recognise this number.',
    next: 'Write it with the country code, for example +44 7700 900123.',
  },
  'telegram/phone-unregistered': {
    what: 'There is no Telegram account for this number.',
    next: 'Create it in the official Telegram app, then come back.',
  },
  'telegram/phone-banned': {
    what: 'Telegram has banned this number.',
    next: "Write to recover{'@'}telegram.org from your own address, or use another account.",
  },
  'telegram/code-invalid': {
    what: 'This code is not the right one.',
    next: 'Look at the latest message from Telegram and enter it again.',
  },
  'telegram/code-expired': {
    what: 'This code has expired.',
    next: 'Ask for a new one.',
  },
  'telegram/password-invalid': {
    what: 'This password is not the right one.',
    next: 'It is the one of Telegram’s two-step verification; check capital letters.',
  },
  'telegram/account-already-added': {
    what: 'This account is already in AutoTele.',
    next: 'Find it in the list of accounts.',
  },
  'telegram/sign-in-over': {
    what: 'This sign-in is no longer valid.',
    next: 'Start again with the phone number.',
  },
  'telegram/no-other-code': {
    what: 'Telegram has no other way to send the code.',
    next: 'Open Telegram on another device and read the code there, or come back in a few hours.',
  },
  'telegram/too-many-codes': {
    what: 'Too many codes or tries were asked for with this number.',
    next: 'Let a day pass before you start again: insisting makes the wait longer.',
  },
  'telegram/email-needed': {
    what: 'Telegram first wants a login e-mail address for this account.',
    next: 'Add it in the official Telegram app, then come back.',
  },
  'telegram/official-app-needed': {
    what: 'Telegram keeps this sign-in for its official apps.',
    next: 'Sign in once with this number in the Telegram app, then come back.',
  },
  'telegram/bot-refused': {
    what: 'This account is a bot, and bots cannot schedule messages.',
    next: 'Sign in with the account of a person.',
  },
  'telegram/unreachable': {
    what: 'Telegram cannot be reached.',
    next: 'Check the Internet connection; AutoTele keeps trying.',
  },
  'telegram/timeout': {
    what: 'Telegram takes too long to answer.',
    next: 'Try again in a moment.',
  },
  'telegram/wait': {
    what: 'Telegram asks to wait.',
    next: 'Another try is possible {when}. Insisting would make the wait longer.',
  },
  'telegram/signed-out': {
    what: 'Telegram closed the session of this account.',
    next: 'Sign in again under Accounts; your plan is kept.',
  },
  'telegram/session-duplicated': {
    what: 'Two programs used the same session at once, so Telegram cancelled it.',
    next: 'Close the other program (an old AutoTele, a copy of the data), then sign in to this account again.',
  },
  'telegram/restricted': {
    what: 'Telegram restricts this account.',
    next: "Write to {'@'}SpamBot in Telegram to learn why and for how long.",
  },
  'telegram/frozen': {
    what: 'Telegram has frozen this account.',
    next: 'Open Telegram on your phone: it tells you why and how to appeal.',
  },
  'telegram/account-banned': {
    what: 'Telegram has banned this account.',
    next: "Write to recover{'@'}telegram.org if this is a mistake; nothing more leaves from this account.",
  },
  'telegram/account-deleted': {
    what: 'This Telegram account was deleted.',
    next: 'Remove it from AutoTele; nothing can leave from it any more.',
  },
  'telegram/api-id-invalid': {
    what: 'Telegram refuses the identifier of this application.',
    next: 'Check api_id and api_hash in config/app_config.json, or install the latest version.',
  },
  'telegram/api-id-public': {
    what: 'Telegram blocks the identifier of this application because it is known publicly.',
    next: 'Create your own on my.telegram.org and put api_id and api_hash in config/app_config.json.',
  },
  'telegram/not-allowed-in-chat': {
    what: 'This account is not allowed to write in this chat.',
    next: 'Ask an administrator for the right, or remove the chat.',
  },
  'telegram/chat-gone': {
    what: 'This chat no longer exists or this account is no longer in it.',
    next: 'Join it again in Telegram, or remove it.',
  },
  'telegram/topic-gone': {
    what: 'This topic is closed or deleted, or the group no longer has topics.',
    next: 'Refresh the chats and choose another topic.',
  },
  'telegram/kind-not-allowed-in-chat': {
    what: 'This chat does not accept this kind of content.',
    next: 'Take it out of the message for this chat, or ask an administrator for the right.',
  },
  'telegram/payment-required': {
    what: 'Writing in this chat has to be paid for.',
    next: 'AutoTele never pays for you: take this chat out.',
  },
  'telegram/premium-required': {
    what: 'Telegram keeps this for Premium accounts.',
    next: 'Take out what needs Premium, or subscribe with this account in Telegram.',
  },
  'telegram/send-as-refused': {
    what: 'This account may not publish here under that identity.',
    next: 'Choose another identity to send as in this chat.',
  },
  'telegram/slow-mode-album': {
    what: 'The slow mode of this chat takes no albums: one message at a time.',
    next: 'Take this chat out, or keep one file in each message.',
  },
  'telegram/slow-mode': {
    what: 'The slow mode of this chat makes us wait.',
    next: 'AutoTele tries again {when}.',
  },
  'telegram/quota-of-chat': {
    what: 'This chat already has {limit} scheduled messages, Telegram’s maximum.',
    next: 'Wait for some to be published, or cancel some.',
  },
  'telegram/text-too-long': {
    what: 'The text is longer than Telegram accepts ({limit} characters).',
    next: 'Make it shorter.',
  },
  'telegram/content-refused': {
    what: 'Telegram refuses this content.',
    next: 'Check the links and the formatting, then try again.',
  },
  'telegram/file-refused': {
    what: 'Telegram refuses this file.',
    next: 'Check its format and size, or send it as a document.',
  },
  'telegram/file-expired': {
    what: 'The file sent to Telegram is no longer valid there.',
    next: 'Try again: it will be sent once more.',
  },
  'telegram/link-refused': {
    what: 'Telegram cannot read a link of the message.',
    next: 'Correct it, or turn the link preview off.',
  },
  'telegram/reply-gone': {
    what: 'The message you reply to no longer exists.',
    next: 'Choose another one, or publish without a reply.',
  },
  'telegram/message-gone': {
    what: 'This message is no longer among the scheduled ones.',
    next: 'It was published or deleted elsewhere: the list is about to be refreshed.',
  },
  'telegram/date-refused': {
    what: 'Telegram refuses this date.',
    next: 'Choose a date within the coming year.',
  },
  'telegram/update-needed': {
    what: 'Telegram asks for a newer version of AutoTele.',
    next: 'Install the latest version, then try again.',
  },
  'telegram/unknown': {
    what: 'Telegram answered with an unknown error: {name}.',
    next: 'Try again. If it comes back, send today’s log to your seller.',
  },
  'proxy/unreachable': {
    what: 'The proxy does not answer.',
    next: 'Check its address and port, and that it is running.',
  },
  'proxy/credentials-refused': {
    what: 'The proxy refuses this user name or password.',
    next: 'Check them with the person who gave you this proxy.',
  },
  'proxy/not-socks5': {
    what: 'What answers at this address is not a SOCKS5 proxy.',
    next: 'Check the port and the kind of proxy.',
  },
  'proxy/telegram-unreachable': {
    what: 'The proxy works but cannot reach Telegram.',
    next: 'Try another proxy, or ask whoever runs it to allow Telegram.',
  },
  'proxy/no-answer': {
    what: 'The proxy takes the connection, but Telegram does not answer through it.',
    next: 'Most often the secret is wrong: copy the whole link of the proxy again.',
  },
  'proxy/secret-invalid': {
    what: 'This is not the secret of an MTProxy.',
    next: 'It has 32 characters from 0 to f, sometimes after “dd”. Pasting the link of the proxy is safest.',
  },
  'proxy/secret-fake-tls': {
    what: 'This secret begins with “ee”: the proxy pretends to be a web site, which AutoTele cannot do.',
    next: 'Ask for an MTProxy with a plain or “dd” secret, or use a SOCKS5 proxy.',
  },
  'import/path-unknown': {
    what: 'There is nothing at this path on this computer.',
    next: 'Give the full path of the folder, for example C:\\AutoTele.',
  },
  'import/nothing-found': {
    what: 'This folder holds nothing of the older AutoTele.',
    next: 'Choose the folder that contains “sessions”, “config” and “logs”.',
  },
  'import/over': {
    what: 'This check has expired.',
    next: 'Run it again: nothing was imported in between.',
  },
  'import/damaged': {
    what: 'This file is damaged or incomplete.',
    next: 'Take another copy of it, or add this account with its number.',
  },
  'import/foreign': {
    what: 'This is neither a file of the older AutoTele nor a Telethon session.',
    next: 'Check the file you chose; sessions of other programs are not imported.',
  },
  'import/too-new': {
    what: 'This session comes from a later version of Telethon than those we know.',
    next: 'Add this account with its number, or update AutoTele.',
  },
  'import/too-large': {
    what: 'This file is too large to be what it says it is.',
    next: 'Check the file you chose.',
  },
  'import/outside-folder': {
    what: 'This file is a shortcut to another folder.',
    next: 'Copy the real file into the folder, then start again.',
  },
  'import/no-session': {
    what: 'No connection to Telegram is saved here.',
    next: 'Add this account with its phone number.',
  },
  'import/other-data-centre': {
    what: 'This session comes from a test server of Telegram.',
    next: 'Add this account with its phone number.',
  },
  'import/machine-id-needed': {
    what: 'This session is locked with the identifier of the computer it comes from.',
    next: 'Enter the identifier (UUID) of that computer, then check again.',
  },
  'import/machine-id-wrong': {
    what: 'This computer identifier does not open the session.',
    next: 'Read it on the computer where the older AutoTele was installed, with its dashes.',
  },
  'import/other-account': {
    what: 'Telegram says that this session belongs to another number than the index does.',
    next: 'To be safe, it is not imported. Add this account with its number.',
  },
  'account/unknown': {
    what: 'This account is no longer in AutoTele.',
    next: 'Choose another account, or add it again.',
  },
  'account/not-connected': {
    what: 'This account is not connected to Telegram.',
    next: 'Open Accounts and reconnect it.',
  },
  'account/not-all-cancelled': {
    what: 'Some messages scheduled at Telegram could not be cancelled ({count}), so the account was not removed.',
    next: 'Reconnect the account and try again, or remove it and let those messages go out.',
  },
  'chat/unknown': {
    what: 'A chosen chat is unknown to this account.',
    next: 'Refresh the list of chats and choose again.',
  },
  'plan/empty-text': {
    what: 'The message is empty.',
    next: 'Write a text.',
  },
  'plan/text-too-long': {
    what: 'The text is longer than {limit} characters.',
    next: 'Make it shorter.',
  },
  'plan/caption-too-long': {
    what: 'The caption is longer than {limit} characters.',
    next: 'Make it shorter: with a file Telegram accepts 1024 characters, 2048 with Premium.',
  },
  'plan/album-mixed': {
    what: 'These files do not go into one album.',
    next: 'An album holds photos and videos, or only files, or only music; the others go alone.',
  },
  'plan/unknown': {
    what: 'This plan is no longer in the list.',
    next: 'The list is about to be brought up to date.',
  },
  'plan/no-chat': {
    what: 'No chat is chosen.',
    next: 'Choose at least one chat.',
  },
  'plan/no-date': {
    what: 'No date is chosen.',
    next: 'Add at least one date.',
  },
  'plan/too-many-deliveries': {
    what: 'This plan would make too many messages (at most {limit}).',
    next: 'Choose fewer chats or fewer dates.',
  },
  'plan/date-past': {
    what: 'A date is already past.',
    next: 'Choose a date to come.',
  },
  'plan/date-too-soon': {
    what: 'A date is too close to be scheduled in time.',
    next: 'Allow at least {duration} before the first date.',
  },
  'plan/date-too-late': {
    what: 'A date is too far away: Telegram accepts {limit} days.',
    next: 'Choose a closer date.',
  },
  'plan/date-invalid': {
    what: 'A date was not understood.',
    next: 'Correct it: for example 14/07/2027 at 09:30.',
  },
  'plan/zone-unknown': {
    what: 'The time zone is unknown: {zone}.',
    next: 'Choose one from the list.',
  },
  'plan/changed-since-preview': {
    what: 'Something changed since the preview.',
    next: 'Read the new preview, then confirm.',
  },
  'media/unknown': {
    what: 'An attached file is no longer in AutoTele.',
    next: 'Remove it from the message and add it again.',
  },
  'media/too-large': {
    what: 'The file {name} is too large: at most {limit} MB.',
    next: 'Choose a smaller file, or make this one smaller.',
  },
  'media/empty': {
    what: 'This file is empty.',
    next: 'Choose another one.',
  },
  'media/in-use': {
    what: 'This file belongs to a message that has not left yet.',
    next: 'Cancel that message first; the file is then removed by itself.',
  },
  'media/damaged': {
    what: 'The copy of the file {name} is damaged or gone.',
    next: 'Add the file again.',
  },
  'media/photo-refused': {
    what: 'Telegram would refuse {name} as a photo.',
    next: 'Send it as a file: a photo has at most 10 MB, its sides 10,000 pixels together and a ratio of at most 20.',
  },
  'media/intake-over': {
    what: 'Adding this file was interrupted.',
    next: 'Add it again.',
  },
  'series/unknown': {
    what: 'This series is no longer in the list.',
    next: 'The list will update itself.',
  },
  'series/ended': {
    what: 'This series has ended.',
    next: 'Compose a new message that repeats to start another one.',
  },
  'delivery/unknown': {
    what: 'This message is no longer in the list.',
    next: 'The list will update itself.',
  },
  'delivery/not-changeable': {
    what: 'This message can no longer be changed.',
    next: 'It is over, or something else was asked of it: look at its state in the list.',
  },
  'delivery/not-placed-yet': {
    what: 'This message is not at Telegram yet.',
    next: 'Wait until it is scheduled there, then try again.',
  },
  'delivery/already-published': {
    what: 'This message is published already.',
    next: 'Open it in Telegram to edit or delete it.',
  },
  'delivery/removed-elsewhere': {
    what: 'This message was removed from Telegram’s queue on another device.',
    next: 'Schedule it again if it is to appear all the same.',
  },
  'delivery/files-not-restorable': {
    what: 'Telegram does not let the files of this message be put back: it carries more or fewer than before, or AutoTele no longer has yours.',
    next: 'Accept what is at Telegram, or cancel this message and write it again.',
  },
  'delivery/not-cancellable': {
    what: 'This message can no longer be cancelled.',
    next: 'If it is published, delete it in Telegram.',
  },
  'name/missing': {
    what: 'A name is missing.',
    next: 'Give one, to find it again later.',
  },
  'name/too-long': {
    what: 'This name is too long.',
    next: 'Shorten it to {limit} characters at most.',
  },
  'name/taken': {
    what: 'The name “{name}” is already taken.',
    next: 'Choose another name, or change the one that has it.',
  },
  'template/unknown': {
    what: 'This template no longer exists.',
    next: 'It was deleted; save it as a new template.',
  },
  'template/too-many': {
    what: 'You have reached the limit of {limit} templates.',
    next: 'Delete one you no longer use, then try again.',
  },
  'list/unknown': {
    what: 'This list of chats no longer exists.',
    next: 'It was deleted; save it as a new list.',
  },
  'list/too-many': {
    what: 'This account has reached the limit of {limit} lists.',
    next: 'Delete one you no longer use, then try again.',
  },
  'draft/unknown': {
    what: 'This draft no longer exists.',
    next: 'Choose another in the list, or begin a new message.',
  },
  'diagnostics/export-over': {
    what: 'This report was prepared too long ago and is no longer kept.',
    next: 'Prepare it again, look through it, then save it.',
  },
  'license/required': {
    what: 'Scheduling needs a licence or a trial.',
    next: 'Open Licence to start the trial or buy a month. Nothing you wrote is lost.',
  },
  'license/server-unreachable': {
    what: 'The licence server cannot be reached.',
    next: 'Check the Internet connection and try again; your present licence goes on.',
  },
  'license/payments-unavailable': {
    what: 'Payments are unavailable just now.',
    next: 'Try again {when}; nothing was charged.',
  },
  'license/trial-over': {
    what: 'The free trial was already used on this computer.',
    next: 'Buy a month, or activate a key.',
  },
  'license/key-invalid': {
    what: 'This licence key does not exist.',
    next: 'Check it character by character, or copy it from the other computer.',
  },
  'license/seat-limit': {
    what: 'This licence is already used on {limit} computers, its maximum.',
    next: 'Free the seat of a computer you no longer use.',
  },
  'license/refused': {
    what: 'The server refuses this licence.',
    next: 'Open Licence to see why.',
  },
  'license/answer-not-trusted': {
    what: 'The answer of the licence server is not authentic.',
    next: 'Check the date of the computer and the network, then try again. Your present licence goes on.',
  },
  'license/rate-limited': {
    what: 'Too many requests to the licence server.',
    next: 'Try again {when}.',
  },
  'storage/disk-full': {
    what: 'The disk is full.',
    next: 'Free some space; nothing that is scheduled is lost.',
  },
  'storage/read-only': {
    what: 'AutoTele cannot write in its folder.',
    next: 'Check the rights of the folder, or move AutoTele elsewhere.',
  },
  'storage/damaged': {
    what: 'The data of AutoTele is damaged.',
    next: 'Choose a copy to restore; what is damaged will be kept aside.',
  },
  'storage/newer-version': {
    what: 'This data comes from a newer version of AutoTele.',
    next: 'Install the latest version to open it.',
  },
  'storage/folder-in-use': {
    what: 'AutoTele is already open on this data.',
    next: 'Close the other window or program, then try again.',
  },
  'settings/invalid': {
    what: 'A setting has an impossible value.',
    next: 'Correct it in Settings or in config/app_config.json.',
  },
  'shell/not-here': {
    what: 'This form of AutoTele, or this system, cannot do that.',
    next: 'Use the application installed on your computer.',
  },
  'settings/server-secret-in-client-file': {
    what: 'The settings file contains a secret of the server: {key}.',
    next: 'Remove {key} from config/app_config.json, or let AutoTele remove it, then renew that secret on the server.',
  },
}
