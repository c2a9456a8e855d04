import type { ProblemCode } from '@autotele/shared'

type Sentence = { readonly fr: string; readonly en: string }
/** What a code means, in a few words, and what whoever meets it does next. */
export type ProblemText = { readonly title: Sentence; readonly remedy: Sentence }

const AGAIN_LATER: Sentence = {
  fr: 'Attendez le nombre de secondes de l’en-tête Retry-After, puis recommencez la même requête.',
  en: 'Wait as many seconds as the Retry-After header says, then repeat the same request.',
}
const NEW_PROOF: Sentence = {
  fr: 'Signez une nouvelle preuve pour cette requête, avec le nonce de l’en-tête Device-Nonce de la réponse.',
  en: 'Sign a new proof for this very request, with the nonce of the answer’s Device-Nonce header.',
}

/** Everything that is said of a problem code: the titles of answers and the pages that their `type` leads to. */
export const PROBLEM_TEXTS: Readonly<Record<ProblemCode, ProblemText>> = {
  MALFORMED_BODY: {
    title: { fr: 'Le corps n’est pas du JSON', en: 'The body is not JSON' },
    remedy: {
      fr: 'Envoyez du JSON en UTF-8, sans NUL ni moitié de caractère. Recommencer tel quel donnera la même réponse.',
      en: 'Send JSON in UTF-8, without NUL or half a character. Repeated as it is, it gets the same answer.',
    },
  },
  IDEMPOTENCY_KEY_REQUIRED: {
    title: { fr: 'L’en-tête Idempotency-Key manque', en: 'The Idempotency-Key header is missing' },
    remedy: {
      fr: 'Envoyez une clé au hasard, de 1 à 255 caractères, la même à chaque répétition de cette requête.',
      en: 'Send a random key of 1 to 255 characters, the same at each repetition of this request.',
    },
  },
  USE_NONCE: {
    title: { fr: 'Utilisez le nonce de cette réponse', en: 'Use the nonce of this answer' },
    remedy: NEW_PROOF,
  },
  PROOF_REPLAYED: {
    title: { fr: 'Cette preuve d’appareil a déjà servi', en: 'This device proof was used before' },
    remedy: NEW_PROOF,
  },
  PROOF_INVALID: {
    title: {
      fr: 'La preuve d’appareil ne prouve pas cette requête',
      en: 'The device proof does not prove this request',
    },
    remedy: {
      fr: 'La preuve doit nommer la méthode, l’adresse publique sans question et l’empreinte des octets envoyés. Un mandataire qui change l’une des trois la casse.',
      en: 'The proof must name the method, the public address without query, and the hash of the bytes sent. A proxy that changes one of the three breaks it.',
    },
  },
  DEVICE_UNKNOWN: {
    title: { fr: 'Cet appareil n’a pas de licence', en: 'This device holds no license' },
    remedy: {
      fr: 'Commencez l’essai, achetez un mois ou activez une clé de licence sur cet appareil.',
      en: 'Begin the trial, buy a month, or activate a license key on this device.',
    },
  },
  SIGN_IN_REQUIRED: {
    title: { fr: 'Personne n’est connecté', en: 'Nobody is signed in' },
    remedy: {
      fr: 'Connectez-vous à la console ; une session dure huit heures, trente minutes sans rien faire.',
      en: 'Sign in to the console; a session lasts eight hours, thirty minutes when idle.',
    },
  },
  SIGN_IN_FAILED: {
    title: {
      fr: 'L’adresse, le mot de passe et le code ne vont pas ensemble',
      en: 'Address, password and code do not belong together',
    },
    remedy: {
      fr: 'Vérifiez les trois et l’heure du téléphone ; un code ne sert qu’une fois. Un propriétaire peut vous réinviter.',
      en: 'Check all three and the phone’s clock; a code is good once. An owner can invite you anew.',
    },
  },
  FORBIDDEN: {
    title: {
      fr: 'Votre rôle, ou ce jeton, ne le permet pas',
      en: 'Your role, or this token, may not do this',
    },
    remedy: {
      fr: 'Demandez à un propriétaire, ou prenez un jeton dont la portée le permet.',
      en: 'Ask an owner, or use a token whose scope allows it.',
    },
  },
  STEP_UP_REQUIRED: {
    title: { fr: 'Un nouveau code à usage unique est nécessaire', en: 'This needs a new one-time code' },
    remedy: {
      fr: 'Donnez un code de votre application d’authentification ; il vaut cinq minutes pour ce genre d’acte.',
      en: 'Give a code of your authenticator; it is good for five minutes of such acts.',
    },
  },
  CROSS_SITE_REQUEST: {
    title: { fr: 'Cet appel ne vient pas de la console', en: 'This call did not come from the console' },
    remedy: {
      fr: 'Ouvrez la console à son adresse et recommencez ; un programme utilise un jeton d’API.',
      en: 'Open the console at its own address and try again; a program uses an API token.',
    },
  },
  NOT_FOUND: {
    title: { fr: 'Il n’y a rien ici', en: 'There is nothing here' },
    remedy: {
      fr: 'Vérifiez l’adresse et l’identifiant. Ce qui n’est pas à vous répond de même.',
      en: 'Check the address and the id. What is not yours answers alike.',
    },
  },
  SEAT_LIMIT_REACHED: {
    title: {
      fr: 'Toutes les places de cette licence sont prises',
      en: 'Every seat of this license is taken',
    },
    remedy: {
      fr: 'Libérez un des appareils nommés dans la réponse (ses actions disent comment), puis activez de nouveau.',
      en: 'Free one of the devices that the answer names (its actions say how), then activate again.',
    },
  },
  IDEMPOTENCY_IN_PROGRESS: {
    title: {
      fr: 'La première requête avec cette clé n’est pas finie',
      en: 'The first request with this key has not ended',
    },
    remedy: AGAIN_LATER,
  },
  CONFLICT: {
    title: { fr: 'Ce n’est plus, ou pas encore, possible', en: 'This is no longer, or not yet, possible' },
    remedy: {
      fr: 'Rechargez ce que vous regardiez : quelqu’un d’autre, ou BTCPay, l’a changé entre-temps.',
      en: 'Load again what you were looking at: somebody else, or BTCPay, has changed it meanwhile.',
    },
  },
  PAYLOAD_TOO_LARGE: {
    title: { fr: 'Le corps est trop grand', en: 'The body is too large' },
    remedy: {
      fr: 'Envoyez moins ; aucune requête de ce serveur n’a besoin de tant.',
      en: 'Send less; no request of this server needs that much.',
    },
  },
  UNSUPPORTED_MEDIA_TYPE: {
    title: { fr: 'Le corps doit être du JSON simple', en: 'The body must be plain JSON' },
    remedy: {
      fr: 'Envoyez Content-Type: application/json, sans compression.',
      en: 'Send Content-Type: application/json, uncompressed.',
    },
  },
  VALIDATION_FAILED: {
    title: {
      fr: 'Le corps n’est pas ce que cette route attend',
      en: 'The body is not what this route takes',
    },
    remedy: {
      fr: 'Le membre errors nomme chaque endroit (pointeur JSON) et ce qui n’y va pas.',
      en: 'The member errors names each place (a JSON pointer) and what is wrong there.',
    },
  },
  IDEMPOTENCY_KEY_REUSED: {
    title: { fr: 'Cette clé est venue avec un autre corps', en: 'This key came with another body before' },
    remedy: {
      fr: 'Une nouvelle intention prend une nouvelle clé ; une répétition garde clé et corps, octet pour octet.',
      en: 'A new intention takes a new key; a repetition keeps key and body, byte for byte.',
    },
  },
  LICENSE_KEY_INVALID: {
    title: { fr: 'Aucune licence n’a cette clé', en: 'No license has this key' },
    remedy: {
      fr: 'Relisez la clé : 28 caractères, 0 et 1 jamais O, I ou L. Une clé remplacée ne vaut plus.',
      en: 'Read the key again: 28 characters, 0 and 1, never O, I or L. A key that was replaced is void.',
    },
  },
  RATE_LIMITED: { title: { fr: 'Trop de requêtes', en: 'Too many requests' }, remedy: AGAIN_LATER },
  TRIAL_BUDGET_SPENT: {
    title: {
      fr: 'Trop d’essais ont commencé sur ce réseau aujourd’hui',
      en: 'Too many trials began on this network today',
    },
    remedy: {
      fr: 'Commencez l’essai demain ou sur un autre réseau ; une licence peut être achetée tout de suite.',
      en: 'Begin the trial tomorrow or on another network; a license can be bought at once.',
    },
  },
  INTERNAL: {
    title: { fr: 'Quelque chose a échoué ici', en: 'Something went wrong here' },
    remedy: {
      fr: 'Recommencez plus tard. Si cela dure, donnez requestId au support : il mène à la ligne du journal.',
      en: 'Try again later. If it lasts, give requestId to support: it leads to the line in the log.',
    },
  },
  PAYMENTS_UNAVAILABLE: {
    title: { fr: 'Les paiements ne sont pas disponibles', en: 'Payments are not available now' },
    remedy: {
      fr: 'Recommencez dans un moment : rien n’a été débité. Les licences en cours ne sont pas touchées.',
      en: 'Try again in a moment: nothing was charged. Present licenses are not affected.',
    },
  },
  UNAVAILABLE: {
    title: { fr: 'Indisponible pour l’instant', en: 'Not available now' },
    remedy: AGAIN_LATER,
  },
}
