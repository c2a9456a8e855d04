import type { DiagnosticCode, DiagnosticItem } from '../../../contract/index.ts'

/** What is looked at, as a line of a list; `codes` say what was found. `ok` and what was left out say it in one sentence. */
export const diagnostics = {
  checks: {
    'disk-write': 'Écriture dans le dossier d’AutoTele',
    'disk-space': 'Place sur le disque',
    settings: 'Fichier de configuration',
    database: 'Base de données',
    keyring: 'Trousseau du système',
    vault: 'Coffre',
    sessions: 'Sessions des comptes',
    'name-resolution': 'Résolution des noms (DNS)',
    proxy: 'Proxy',
    'telegram-address': 'Centre de données de Telegram',
    'telegram-app': 'Identifiants api_id et api_hash',
    'telegram-session': 'Compte Telegram',
    'telegram-clock': 'Horloge comparée à celle de Telegram',
    'license-server': 'Serveur de licences',
    'license-clock': 'Horloge comparée à celle du serveur de licences',
    license: 'Licence',
    purchase: 'Dernier paiement',
    log: 'Journal',
  } satisfies Record<DiagnosticItem['check'], string>,
  codes: {
    ok: { cause: 'Tout va bien.', remedy: 'Rien à faire.' },
    cancelled: { cause: 'Non vérifié : arrêté avant la réponse.', remedy: 'Relancez le diagnostic.' },
    'needs-open-vault': {
      cause: 'Non vérifié : AutoTele est verrouillé.',
      remedy: 'Saisissez votre phrase secrète, puis relancez le diagnostic.',
    },
    'not-needed': { cause: 'Sans objet ici.', remedy: 'Rien à faire.' },
    'disk-not-writable': {
      cause: 'AutoTele ne peut pas écrire dans son dossier « {folder} ».',
      remedy:
        'Rendez ce dossier modifiable pour votre compte d’utilisateur ; si un antivirus le protège, autorisez AutoTele.',
    },
    'disk-nearly-full': {
      cause: 'Il ne reste que {megabytes} Mo sur le disque.',
      remedy: 'Libérez de la place, un gigaoctet au moins.',
    },
    'disk-full': {
      cause: 'Le disque est plein : il reste {megabytes} Mo, trop peu pour enregistrer en sécurité.',
      remedy: 'Libérez de la place avant de programmer quoi que ce soit.',
    },
    'settings-unreadable': {
      cause: 'Le fichier config/app_config.json ne se lit pas ; les valeurs d’origine comptent.',
      remedy: 'Réparez-le depuis les réglages : l’ancien fichier est gardé à côté.',
    },
    'settings-invalid': {
      cause: 'Dans config/app_config.json, la valeur de {key} n’est pas admise ; celle d’origine compte.',
      remedy: 'Corrigez cette valeur dans le fichier, ou réparez-le depuis les réglages.',
    },
    'settings-server-secret': {
      cause:
        'Le fichier de configuration contient un secret du serveur de paiement, qui n’a rien à faire ici.',
      remedy: 'Retirez-le depuis les réglages et prévenez votre vendeur : cette clé doit être remplacée.',
    },
    'database-damaged': {
      cause: 'La base de données est abîmée.',
      remedy: 'Restaurez la dernière copie depuis Sauvegarde ; rien n’est effacé.',
    },
    'keyring-weak': {
      cause: 'Le trousseau de ce système garde les clés sans les protéger : AutoTele ne s’en sert pas.',
      remedy:
        'Votre phrase secrète suffit ; un trousseau comme GNOME Keyring ou KWallet vous éviterait de la saisir à chaque ouverture.',
    },
    'keyring-missing': {
      cause: 'Il n’y a pas de trousseau ici : la phrase secrète protège seule vos données.',
      remedy: 'Rien à faire, si vous la gardez en lieu sûr.',
    },
    'vault-none': {
      cause: 'Le coffre n’est pas encore créé.',
      remedy: 'Terminez la première ouverture d’AutoTele.',
    },
    'vault-locked': {
      cause: 'Le coffre est verrouillé : ce qu’il contient n’a pas été vérifié.',
      remedy: 'Saisissez votre phrase secrète, puis relancez le diagnostic.',
    },
    'session-missing': {
      cause: 'Le fichier de session du compte {name} a disparu.',
      remedy: 'Reconnectez ce compte ; son calendrier est conservé.',
    },
    'session-damaged': {
      cause: 'Le fichier de session du compte {name} est abîmé.',
      remedy: 'Reconnectez ce compte, ou restaurez une sauvegarde ; son calendrier est conservé.',
    },
    'names-not-resolved': {
      cause:
        'Le nom {name} ne mène nulle part : cet ordinateur n’a pas d’accès à Internet, ou son DNS ne répond pas.',
      remedy: 'Vérifiez la connexion ; si le reste d’Internet fonctionne, changez de serveur DNS.',
    },
    'proxy-unreachable': {
      cause: 'Le proxy {host}:{port} ne répond pas.',
      remedy: 'Vérifiez son adresse et son port dans les réglages, ou retirez le proxy.',
    },
    'proxy-credentials-refused': {
      cause: 'Le proxy {host}:{port} refuse le nom ou le mot de passe.',
      remedy: 'Corrigez-les dans les réglages.',
    },
    'proxy-not-socks5': {
      cause: 'Ce qui répond à {host}:{port} n’est pas un proxy SOCKS5.',
      remedy: 'Vérifiez le type de proxy et le port dans les réglages.',
    },
    'proxy-gets-nowhere': {
      cause: 'Le proxy {host}:{port} répond, mais n’arrive pas jusqu’à Telegram.',
      remedy: 'Essayez un autre proxy ; pour un MTProxy, vérifiez aussi le secret.',
    },
    'address-unreachable': {
      cause: 'Le centre de données {number} ({host}) ne répond sur aucun des ports {ports}.',
      remedy:
        'Réessayez plus tard ; si les autres répondent, seul ce centre est en panne. Sinon, essayez un autre réseau.',
    },
    'address-not-telegram': {
      cause:
        'À l’adresse du centre de données {number} ({host}), quelque chose répond sur {ports}, mais ce n’est pas Telegram.',
      remedy:
        'Un portail de connexion ou un pare-feu s’interpose : identifiez-vous sur ce réseau dans votre navigateur, ou réglez un proxy.',
    },
    'address-some-ports': {
      cause: 'Le centre de données {number} ({host}) répond, mais pas sur : {ports}.',
      remedy: 'Rien à faire : AutoTele passe par un port ouvert.',
    },
    'telegram-blocked': {
      cause: 'Internet fonctionne, mais aucune adresse de Telegram ne répond : ce réseau bloque Telegram.',
      remedy:
        'Autorisez AutoTele dans le pare-feu, essayez un autre réseau, ou réglez un proxy SOCKS5 ou MTProxy.',
    },
    'telegram-app-missing': {
      cause: 'Il manque api_id et api_hash, sans lesquels Telegram ne répond pas.',
      remedy: 'Créez-les sur my.telegram.org et saisissez-les dans les réglages.',
    },
    'telegram-app-refused': {
      cause: 'Telegram refuse api_id ou api_hash.',
      remedy: 'Recopiez-les depuis my.telegram.org dans les réglages.',
    },
    'no-account': {
      cause: 'Non vérifié : aucun compte n’est connecté.',
      remedy: 'Ajoutez ou reconnectez un compte.',
    },
    'account-signed-out': {
      cause: 'La session a expiré : déconnectée depuis Telegram, ou mot de passe changé.',
      remedy: 'Reconnectez ce compte ; son calendrier est conservé.',
    },
    'account-session-duplicated': {
      cause: 'La même session servait à deux endroits : Telegram l’a fermée.',
      remedy: 'Reconnectez ce compte ici, et ne l’utilisez que sur un ordinateur.',
    },
    'account-restricted': {
      cause: 'Telegram limite ce compte : rien ne peut en partir.',
      remedy:
        "Demandez la raison à {'@'}SpamBot dans Telegram, attendez la fin, puis choisissez « Vérifier de nouveau ».",
    },
    'account-frozen': {
      cause: 'Telegram a gelé ce compte.',
      remedy:
        'Suivez la procédure d’appel dans l’application officielle, puis choisissez « Vérifier de nouveau ».',
    },
    'account-waiting': {
      cause: 'Telegram demande à ce compte de patienter encore {minutes} min.',
      remedy: 'Rien à faire : la suite part d’elle-même.',
    },
    'account-offline': {
      cause: 'Ce compte n’est pas relié à Telegram pour l’instant.',
      remedy: 'Voyez les lignes sur le réseau ; la reconnexion est automatique.',
    },
    'clock-ahead': {
      cause: 'L’horloge de cet ordinateur avance de {minutes} min.',
      remedy: 'Mettez-la à l’heure, de préférence par le réglage automatique du système.',
    },
    'clock-behind': {
      cause: 'L’horloge de cet ordinateur retarde de {minutes} min.',
      remedy: 'Mettez-la à l’heure ; si elle retarde à chaque démarrage, la pile de la carte mère est usée.',
    },
    'license-server-not-set': {
      cause: 'Aucun serveur de licences n’est réglé.',
      remedy: 'Renseignez license.server_url dans config/app_config.json ; votre vendeur connaît l’adresse.',
    },
    'license-server-unreachable': {
      cause: 'Le serveur de licences {host} ne répond pas.',
      remedy:
        'Vérifiez la connexion et le pare-feu, puis réessayez ; votre licence reste valable en attendant.',
    },
    'license-server-not-itself': {
      cause:
        'Ce qui répond à la place de {host} n’est pas le serveur de licences : un portail de connexion, souvent.',
      remedy: 'Ouvrez une page dans votre navigateur et identifiez-vous sur ce réseau, puis réessayez.',
    },
    'license-none': {
      cause: 'Il n’y a pas encore de licence.',
      remedy: 'Commencez l’essai gratuit, achetez, ou saisissez votre clé à la page Licence.',
    },
    'license-expired': {
      cause: 'La licence est terminée, ou n’a pas pu être renouvelée à temps.',
      remedy: 'Choisissez « Vérifier maintenant » à la page Licence ; si elle est bien finie, renouvelez-la.',
    },
    'license-denied': {
      cause: 'Le serveur de licences a refusé cette licence ({reason}).',
      remedy: 'La page Licence dit pourquoi ; en cas d’erreur, écrivez à votre vendeur.',
    },
    'license-soon-over': {
      cause: 'Sans contact avec le serveur, la licence finit dans {hours} h.',
      remedy: 'Reliez cet ordinateur à Internet, ou renouvelez la licence.',
    },
    'purchase-unpaid': {
      cause: 'Une facture attend son paiement.',
      remedy: 'Payez-la depuis la page Licence avant son échéance, ou oubliez-la.',
    },
    'purchase-underpaid': {
      cause: 'La facture n’a été payée qu’en partie ({paid}).',
      remedy: 'Écrivez à votre vendeur : il complète ou rembourse.',
    },
    'purchase-confirming': {
      cause: 'Le paiement est vu et attend sa confirmation par le réseau Bitcoin.',
      remedy: 'Rien à faire : la licence arrive d’elle-même.',
    },
    'purchase-in-review': {
      cause: 'Une personne vérifie ce paiement.',
      remedy: 'Patientez, ou écrivez à votre vendeur avec le numéro de la facture.',
    },
    'purchase-expired': {
      cause: 'La facture a expiré sans paiement.',
      remedy:
        'Demandez-en une nouvelle ; si vous avez payé, le paiement tardif est encore surveillé un jour.',
    },
    'purchase-invalid': {
      cause: 'Le paiement n’a pas été confirmé et la facture est annulée.',
      remedy: 'Demandez-en une nouvelle, ou écrivez à votre vendeur.',
    },
    'log-not-written': {
      cause: 'Aucun journal n’a pu être écrit.',
      remedy: 'Vérifiez que le dossier logs est modifiable.',
    },
    'log-errors': {
      cause: 'Le journal du jour contient des erreurs : {count}.',
      remedy:
        'Ouvrez le journal ; si elles se répètent, enregistrez un relevé et envoyez-le à votre vendeur.',
    },
  } satisfies Record<DiagnosticCode, { cause: string; remedy: string }>,
}
