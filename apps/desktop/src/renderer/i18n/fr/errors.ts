export const errors = {
  'call/unknown-method': {
    what: 'Cette action n’existe pas dans cette version d’AutoTele.',
    next: 'Fermez puis rouvrez AutoTele ; si cela revient, réinstallez la dernière version.',
  },
  'call/invalid-input': {
    what: 'Une valeur saisie n’a pas été comprise.',
    next: 'Relisez les champs et recommencez.',
  },
  'call/core-unavailable': {
    what: 'AutoTele ne répond pas pour l’instant.',
    next: 'La reconnexion est automatique ; réessayez dans un instant.',
  },
  'call/internal': {
    what: 'Une erreur imprévue s’est produite.',
    next: 'Réessayez. Si elle revient, envoyez le journal du jour à votre vendeur.',
  },
  'vault/locked': {
    what: 'AutoTele est verrouillé.',
    next: 'Saisissez votre phrase secrète pour continuer.',
  },
  'vault/wrong-passphrase': {
    what: 'Ce n’est pas la bonne phrase secrète.',
    next: 'Vérifiez les majuscules et la disposition du clavier, puis réessayez.',
  },
  'vault/passphrase-too-weak': {
    what: 'Cette phrase secrète est trop faible.',
    next: 'Choisissez au moins {limit} caractères, par exemple plusieurs mots.',
  },
  'vault/already-exists': {
    what: 'Vos données sont déjà protégées.',
    next: 'Rouvrez AutoTele et saisissez votre phrase secrète.',
  },
  'vault/damaged': {
    what: 'Le coffre de vos données est abîmé et ne s’ouvre pas.',
    next: 'Choisissez une copie ou une sauvegarde à restaurer ; ce qui est abîmé sera gardé de côté.',
  },
  'vault/last-slot': {
    what: 'Sans cela, plus rien ne protégerait ni n’ouvrirait vos données.',
    next: 'Ajoutez d’abord une phrase secrète.',
  },
  'vault/slot-unknown': {
    what: 'Cet accès n’existe plus.',
    next: 'Revenez à la page Sécurité pour voir ceux qui restent.',
  },
  'vault/keyring-unusable': {
    what: 'Le trousseau de cet ordinateur ne peut pas garder la clé.',
    next: 'Gardez votre phrase secrète ; si elle est exigée dans les réglages, levez d’abord cette exigence.',
  },
  'backup/path-unusable': {
    what: 'Ce chemin ne mène à aucun fichier utilisable.',
    next: 'Écrivez le chemin complet d’un fichier, dans un dossier qui existe.',
  },
  'backup/file-exists': {
    what: 'Il y a déjà un fichier à cet endroit.',
    next: 'Choisissez un autre nom : rien n’est jamais remplacé.',
  },
  'backup/not-a-backup': {
    what: 'Ce fichier n’est pas une sauvegarde d’AutoTele.',
    next: 'Choisissez un fichier dont le nom finit par .autotele-backup.',
  },
  'backup/damaged': {
    what: 'Cette sauvegarde est abîmée ou incomplète.',
    next: 'Copiez-la de nouveau depuis son support, ou prenez-en une autre. Vos données actuelles sont intactes.',
  },
  'backup/over': {
    what: 'Cette opération n’est plus en cours.',
    next: 'Recommencez depuis le début.',
  },
  'telegram/phone-invalid': {
    what: 'Telegram ne reconnaît pas ce numéro.',
    next: 'Écrivez-le avec l’indicatif du pays, par exemple +33 6 12 34 56 78.',
  },
  'telegram/phone-unregistered': {
    what: 'Aucun compte Telegram n’existe pour ce numéro.',
    next: 'Créez-le dans l’application officielle Telegram, puis revenez ici.',
  },
  'telegram/phone-banned': {
    what: 'Telegram a banni ce numéro.',
    next: "Écrivez à recover{'@'}telegram.org depuis votre adresse, ou utilisez un autre compte.",
  },
  'telegram/code-invalid': {
    what: 'Ce code n’est pas le bon.',
    next: 'Vérifiez le dernier message reçu de Telegram et saisissez-le de nouveau.',
  },
  'telegram/code-expired': {
    what: 'Ce code a expiré.',
    next: 'Demandez-en un nouveau.',
  },
  'telegram/password-invalid': {
    what: 'Ce mot de passe n’est pas le bon.',
    next: 'C’est celui de la vérification en deux étapes de Telegram ; vérifiez les majuscules.',
  },
  'telegram/account-already-added': {
    what: 'Ce compte est déjà dans AutoTele.',
    next: 'Retrouvez-le dans la liste des comptes.',
  },
  'telegram/sign-in-over': {
    what: 'Cette connexion n’est plus valable.',
    next: 'Recommencez avec le numéro de téléphone.',
  },
  'telegram/no-other-code': {
    what: 'Telegram n’a plus d’autre moyen d’envoyer le code.',
    next: 'Ouvrez Telegram sur un autre appareil et lisez-y le code, ou revenez dans quelques heures.',
  },
  'telegram/too-many-codes': {
    what: 'Trop de codes ou d’essais ont été demandés pour ce numéro.',
    next: 'Laissez passer une journée avant de recommencer : insister allongerait l’attente.',
  },
  'telegram/email-needed': {
    what: 'Telegram veut d’abord une adresse e-mail de connexion pour ce compte.',
    next: 'Ajoutez-la dans l’application officielle Telegram, puis revenez ici.',
  },
  'telegram/official-app-needed': {
    what: 'Telegram réserve cette connexion à ses applications officielles.',
    next: 'Connectez ce numéro une première fois dans l’application Telegram, puis revenez ici.',
  },
  'telegram/bot-refused': {
    what: 'Ce compte est un bot, et un bot ne peut pas programmer de messages.',
    next: 'Connectez le compte d’une personne.',
  },
  'telegram/unreachable': {
    what: 'Telegram est injoignable.',
    next: 'Vérifiez la connexion à Internet ; AutoTele réessaie tout seul.',
  },
  'telegram/timeout': {
    what: 'Telegram met trop de temps à répondre.',
    next: 'Réessayez dans un instant.',
  },
  'telegram/wait': {
    what: 'Telegram demande d’attendre.',
    next: 'Nouvel essai possible {when}. Insister allongerait l’attente.',
  },
  'telegram/signed-out': {
    what: 'Telegram a fermé la session de ce compte.',
    next: 'Connectez-le de nouveau dans Comptes ; votre plan est conservé.',
  },
  'telegram/session-duplicated': {
    what: 'La même session servait dans deux programmes à la fois : Telegram l’a annulée.',
    next: 'Fermez l’autre programme (ancien AutoTele, copie des données), puis connectez ce compte de nouveau.',
  },
  'telegram/restricted': {
    what: 'Telegram limite ce compte.',
    next: "Écrivez à {'@'}SpamBot dans Telegram pour en connaître la raison et la durée.",
  },
  'telegram/frozen': {
    what: 'Telegram a gelé ce compte.',
    next: 'Ouvrez Telegram sur votre téléphone : il y explique pourquoi et comment faire appel.',
  },
  'telegram/account-banned': {
    what: 'Telegram a banni ce compte.',
    next: "Écrivez à recover{'@'}telegram.org si c’est une erreur ; rien ne partira plus de ce compte.",
  },
  'telegram/account-deleted': {
    what: 'Ce compte Telegram a été supprimé.',
    next: 'Retirez-le d’AutoTele ; il n’y a plus rien à faire partir.',
  },
  'telegram/api-id-invalid': {
    what: 'Telegram refuse l’identifiant de cette application.',
    next: 'Vérifiez api_id et api_hash dans config/app_config.json, ou installez la dernière version.',
  },
  'telegram/api-id-public': {
    what: 'Telegram bloque l’identifiant de cette application, car il circule publiquement.',
    next: 'Créez le vôtre sur my.telegram.org et mettez api_id et api_hash dans config/app_config.json.',
  },
  'telegram/not-allowed-in-chat': {
    what: 'Ce compte n’a pas le droit d’écrire dans cette discussion.',
    next: 'Demandez ce droit à un administrateur, ou retirez la discussion.',
  },
  'telegram/chat-gone': {
    what: 'Cette discussion n’existe plus ou ce compte n’y est plus.',
    next: 'Rejoignez-la de nouveau dans Telegram, ou retirez-la.',
  },
  'telegram/topic-gone': {
    what: 'Ce sujet est fermé ou supprimé, ou ce groupe n’en a plus.',
    next: 'Actualisez les discussions et choisissez un autre sujet.',
  },
  'telegram/kind-not-allowed-in-chat': {
    what: 'Cette discussion n’accepte pas ce genre de contenu.',
    next: 'Retirez-le du message pour cette discussion, ou demandez ce droit à un administrateur.',
  },
  'telegram/payment-required': {
    what: 'Cette discussion fait payer l’écriture.',
    next: 'AutoTele ne paie jamais à votre place : retirez cette discussion.',
  },
  'telegram/premium-required': {
    what: 'Telegram réserve cela aux comptes Premium.',
    next: 'Retirez ce qui demande Premium, ou abonnez ce compte dans Telegram.',
  },
  'telegram/send-as-refused': {
    what: 'Ce compte ne peut pas publier ici sous cette identité.',
    next: 'Choisissez une autre identité d’envoi pour cette discussion.',
  },
  'telegram/slow-mode-album': {
    what: 'Le mode lent de cette discussion n’accepte pas les albums : un message à la fois.',
    next: 'Retirez cette discussion, ou gardez un seul fichier par message.',
  },
  'telegram/slow-mode': {
    what: 'Le mode lent de cette discussion impose d’attendre.',
    next: 'AutoTele réessaiera {when}.',
  },
  'telegram/quota-of-chat': {
    what: 'Cette discussion a déjà {limit} messages programmés, le maximum chez Telegram.',
    next: 'Attendez que certains soient publiés, ou annulez-en.',
  },
  'telegram/text-too-long': {
    what: 'Le texte dépasse ce que Telegram accepte ({limit} caractères).',
    next: 'Raccourcissez-le.',
  },
  'telegram/content-refused': {
    what: 'Telegram refuse ce contenu.',
    next: 'Vérifiez les liens et la mise en forme, puis réessayez.',
  },
  'telegram/file-refused': {
    what: 'Telegram refuse ce fichier.',
    next: 'Vérifiez son format et sa taille, ou envoyez-le comme document.',
  },
  'telegram/file-expired': {
    what: 'Le fichier envoyé à Telegram n’y est plus valable.',
    next: 'Réessayez : il sera envoyé de nouveau.',
  },
  'telegram/link-refused': {
    what: 'Telegram n’arrive pas à lire un lien du message.',
    next: 'Corrigez-le, ou désactivez l’aperçu des liens.',
  },
  'telegram/reply-gone': {
    what: 'Le message auquel vous répondez n’existe plus.',
    next: 'Choisissez un autre message, ou publiez sans réponse.',
  },
  'telegram/message-gone': {
    what: 'Ce message n’est plus parmi les messages programmés.',
    next: 'Il est déjà publié ou a été supprimé ailleurs : la liste va se mettre à jour.',
  },
  'telegram/date-refused': {
    what: 'Telegram refuse cette date.',
    next: 'Choisissez une date dans l’année qui vient.',
  },
  'telegram/update-needed': {
    what: 'Telegram demande une version plus récente d’AutoTele.',
    next: 'Installez la dernière version, puis réessayez.',
  },
  'telegram/unknown': {
    what: 'Telegram a répondu par une erreur inconnue : {name}.',
    next: 'Réessayez. Si elle revient, envoyez le journal du jour à votre vendeur.',
  },
  'proxy/unreachable': {
    what: 'Le proxy ne répond pas.',
    next: 'Vérifiez son adresse et son port, et qu’il est en marche.',
  },
  'proxy/credentials-refused': {
    what: 'Le proxy refuse ce nom d’utilisateur ou ce mot de passe.',
    next: 'Vérifiez-les auprès de la personne qui vous a donné ce proxy.',
  },
  'proxy/not-socks5': {
    what: 'Ce qui répond à cette adresse n’est pas un proxy SOCKS5.',
    next: 'Vérifiez le port et le type de proxy.',
  },
  'proxy/telegram-unreachable': {
    what: 'Le proxy fonctionne, mais n’arrive pas à joindre Telegram.',
    next: 'Essayez un autre proxy, ou demandez à qui le gère d’autoriser Telegram.',
  },
  'proxy/no-answer': {
    what: 'Le proxy accepte la connexion, mais Telegram ne répond pas au travers.',
    next: 'Le plus souvent, le secret n’est pas le bon : recopiez le lien du proxy en entier.',
  },
  'proxy/secret-invalid': {
    what: 'Ce secret n’est pas celui d’un MTProxy.',
    next: 'Il compte 32 caractères de 0 à f, parfois précédés de « dd ». Le plus sûr est de coller le lien du proxy.',
  },
  'proxy/secret-fake-tls': {
    what: 'Ce secret commence par « ee » : ce proxy se fait passer pour un site web, ce qu’AutoTele ne sait pas faire.',
    next: 'Demandez un MTProxy avec un secret simple ou en « dd », ou utilisez un proxy SOCKS5.',
  },
  'import/path-unknown': {
    what: 'Rien ne se trouve à ce chemin sur cet ordinateur.',
    next: 'Donnez le chemin complet du dossier, par exemple C:\\AutoTele.',
  },
  'import/nothing-found': {
    what: 'Ce dossier ne contient rien de l’ancien AutoTele.',
    next: 'Choisissez le dossier qui contient « sessions », « config » et « logs ».',
  },
  'import/over': {
    what: 'Cette vérification a expiré.',
    next: 'Lancez-la de nouveau : rien n’a été importé entre-temps.',
  },
  'import/damaged': {
    what: 'Ce fichier est abîmé ou incomplet.',
    next: 'Prenez-en une autre copie, ou ajoutez ce compte avec son numéro.',
  },
  'import/foreign': {
    what: 'Ce n’est pas un fichier de l’ancien AutoTele ni une session Telethon.',
    next: 'Vérifiez le fichier choisi ; les sessions d’autres programmes ne s’importent pas.',
  },
  'import/too-new': {
    what: 'Cette session vient d’une version de Telethon plus récente que celles que nous connaissons.',
    next: 'Ajoutez ce compte avec son numéro, ou mettez AutoTele à jour.',
  },
  'import/too-large': {
    what: 'Ce fichier est trop gros pour être ce qu’il dit être.',
    next: 'Vérifiez le fichier choisi.',
  },
  'import/outside-folder': {
    what: 'Ce fichier est un raccourci vers un autre dossier.',
    next: 'Copiez le vrai fichier dans le dossier, puis recommencez.',
  },
  'import/no-session': {
    what: 'Aucune connexion à Telegram n’est enregistrée ici.',
    next: 'Ajoutez ce compte avec son numéro de téléphone.',
  },
  'import/other-data-centre': {
    what: 'Cette session vient d’un serveur de test de Telegram.',
    next: 'Ajoutez ce compte avec son numéro de téléphone.',
  },
  'import/machine-id-needed': {
    what: 'Cette session est verrouillée par l’identifiant de l’ordinateur d’origine.',
    next: 'Saisissez l’identifiant (UUID) de cet ordinateur, puis vérifiez de nouveau.',
  },
  'import/machine-id-wrong': {
    what: 'Cet identifiant d’ordinateur n’ouvre pas la session.',
    next: 'Relevez-le sur l’ordinateur où l’ancien AutoTele a été installé, avec ses tirets.',
  },
  'import/other-account': {
    what: 'Telegram dit que cette session appartient à un autre numéro que celui de l’index.',
    next: 'Par prudence, elle n’est pas importée. Ajoutez ce compte avec son numéro.',
  },
  'account/unknown': {
    what: 'Ce compte n’est plus dans AutoTele.',
    next: 'Choisissez un autre compte, ou ajoutez-le de nouveau.',
  },
  'account/not-connected': {
    what: 'Ce compte n’est pas connecté à Telegram.',
    next: 'Ouvrez Comptes et reconnectez-le.',
  },
  'account/not-all-cancelled': {
    what: 'Des messages programmés chez Telegram n’ont pas pu être annulés ({count}) ; le compte n’a donc pas été retiré.',
    next: 'Reconnectez le compte et recommencez, ou retirez-le en laissant ces messages partir.',
  },
  'chat/unknown': {
    what: 'Une discussion choisie est inconnue de ce compte.',
    next: 'Actualisez la liste des discussions et choisissez de nouveau.',
  },
  'plan/empty-text': {
    what: 'Le message est vide.',
    next: 'Écrivez un texte.',
  },
  'plan/text-too-long': {
    what: 'Le texte dépasse {limit} caractères.',
    next: 'Raccourcissez-le.',
  },
  'plan/caption-too-long': {
    what: 'La légende dépasse {limit} caractères.',
    next: 'Raccourcissez-la : avec un fichier, Telegram accepte 1024 caractères, 2048 avec Premium.',
  },
  'plan/album-mixed': {
    what: 'Ces fichiers ne vont pas dans un même album.',
    next: 'Un album réunit des photos et des vidéos, ou seulement des fichiers, ou seulement de la musique ; les autres partent seuls.',
  },
  'plan/unknown': {
    what: 'Ce plan n’est plus dans la liste.',
    next: 'La liste va se mettre à jour.',
  },
  'plan/no-chat': {
    what: 'Aucune discussion n’est choisie.',
    next: 'Choisissez au moins une discussion.',
  },
  'plan/no-date': {
    what: 'Aucune date n’est choisie.',
    next: 'Ajoutez au moins une date.',
  },
  'plan/too-many-deliveries': {
    what: 'Ce plan ferait trop de messages (au plus {limit}).',
    next: 'Choisissez moins de discussions ou moins de dates.',
  },
  'plan/date-past': {
    what: 'Une date est déjà passée.',
    next: 'Choisissez une date à venir.',
  },
  'plan/date-too-soon': {
    what: 'Une date est trop proche pour être programmée à temps.',
    next: 'Comptez au moins {duration} avant la première date.',
  },
  'plan/date-too-late': {
    what: 'Une date est trop lointaine : Telegram accepte {limit} jours.',
    next: 'Choisissez une date plus proche.',
  },
  'plan/date-invalid': {
    what: 'Une date n’a pas été comprise.',
    next: 'Corrigez-la : par exemple 14/07/2027 à 09:30.',
  },
  'plan/zone-unknown': {
    what: 'Le fuseau horaire est inconnu : {zone}.',
    next: 'Choisissez-en un dans la liste.',
  },
  'plan/changed-since-preview': {
    what: 'Quelque chose a changé depuis l’aperçu.',
    next: 'Relisez le nouvel aperçu, puis confirmez.',
  },
  'media/unknown': {
    what: 'Un fichier joint n’est plus dans AutoTele.',
    next: 'Retirez-le du message et ajoutez-le de nouveau.',
  },
  'media/too-large': {
    what: 'Le fichier {name} est trop grand : au plus {limit} Mo.',
    next: 'Choisissez un fichier plus petit ou réduisez celui-ci.',
  },
  'media/empty': {
    what: 'Ce fichier est vide.',
    next: 'Choisissez-en un autre.',
  },
  'media/in-use': {
    what: 'Ce fichier est joint à un message qui n’est pas encore parti.',
    next: 'Annulez d’abord ce message ; le fichier sera ensuite retiré de lui-même.',
  },
  'media/damaged': {
    what: 'La copie du fichier {name} est abîmée ou a disparu.',
    next: 'Ajoutez le fichier de nouveau.',
  },
  'media/photo-refused': {
    what: 'Telegram refuserait {name} comme photo.',
    next: 'Envoyez-la comme fichier : une photo a au plus 10 Mo, et ses côtés 10 000 pixels en tout et un rapport d’au plus 20.',
  },
  'media/intake-over': {
    what: 'L’ajout de ce fichier a été interrompu.',
    next: 'Ajoutez-le de nouveau.',
  },
  'series/unknown': {
    what: 'Cette série n’est plus dans la liste.',
    next: 'La liste va se mettre à jour.',
  },
  'series/ended': {
    what: 'Cette série est terminée.',
    next: 'Composez un nouveau message qui se répète pour en commencer une autre.',
  },
  'delivery/unknown': {
    what: 'Ce message n’est plus dans la liste.',
    next: 'La liste va se mettre à jour.',
  },
  'delivery/not-changeable': {
    what: 'Ce message ne peut plus être modifié.',
    next: 'Il est terminé ou une autre demande est en cours : regardez son état dans la liste.',
  },
  'delivery/not-placed-yet': {
    what: 'Ce message n’est pas encore chez Telegram.',
    next: 'Attendez qu’il y soit programmé, puis recommencez.',
  },
  'delivery/already-published': {
    what: 'Ce message est déjà publié.',
    next: 'Ouvrez-le dans Telegram pour le modifier ou le supprimer.',
  },
  'delivery/removed-elsewhere': {
    what: 'Ce message a été retiré de la file de Telegram sur un autre appareil.',
    next: 'Programmez-le de nouveau s’il doit quand même paraître.',
  },
  'delivery/files-not-restorable': {
    what: 'Telegram ne permet pas de remettre les fichiers de ce message comme ils étaient : il en porte plus ou moins qu’avant, ou AutoTele n’a plus les vôtres.',
    next: 'Acceptez ce qui est chez Telegram, ou annulez ce message et écrivez-le de nouveau.',
  },
  'delivery/not-cancellable': {
    what: 'Ce message ne peut plus être annulé.',
    next: 'S’il est publié, supprimez-le dans Telegram.',
  },
  'name/missing': {
    what: 'Il manque un nom.',
    next: 'Donnez-en un, pour le retrouver plus tard.',
  },
  'name/too-long': {
    what: 'Ce nom est trop long.',
    next: 'Raccourcissez-le à {limit} caractères au plus.',
  },
  'name/taken': {
    what: 'Le nom « {name} » est déjà pris.',
    next: 'Choisissez un autre nom, ou modifiez l’élément qui le porte.',
  },
  'template/unknown': {
    what: 'Ce modèle n’existe plus.',
    next: 'Il a été supprimé ; enregistrez-le comme un nouveau modèle.',
  },
  'template/too-many': {
    what: 'Vous avez atteint le maximum de {limit} modèles.',
    next: 'Supprimez-en un dont vous ne vous servez plus, puis recommencez.',
  },
  'list/unknown': {
    what: 'Cette liste de discussions n’existe plus.',
    next: 'Elle a été supprimée ; enregistrez-la comme une nouvelle liste.',
  },
  'list/too-many': {
    what: 'Ce compte a atteint le maximum de {limit} listes.',
    next: 'Supprimez-en une dont vous ne vous servez plus, puis recommencez.',
  },
  'draft/unknown': {
    what: 'Ce brouillon n’existe plus.',
    next: 'Choisissez-en un autre dans la liste, ou commencez un nouveau message.',
  },
  'diagnostics/export-over': {
    what: 'Ce relevé a été préparé il y a trop longtemps et n’est plus gardé.',
    next: 'Préparez-le de nouveau, relisez-le, puis enregistrez-le.',
  },
  'license/required': {
    what: 'Il faut une licence ou un essai pour programmer.',
    next: 'Ouvrez Licence pour démarrer l’essai ou acheter un mois. Rien de ce que vous avez écrit n’est perdu.',
  },
  'license/server-unreachable': {
    what: 'Le serveur de licences est injoignable.',
    next: 'Vérifiez la connexion à Internet et réessayez ; votre licence actuelle continue.',
  },
  'license/payments-unavailable': {
    what: 'Les paiements sont indisponibles pour l’instant.',
    next: 'Réessayez {when} ; rien n’a été débité.',
  },
  'license/trial-over': {
    what: 'L’essai gratuit a déjà servi sur cet ordinateur.',
    next: 'Achetez un mois, ou activez une clé.',
  },
  'license/key-invalid': {
    what: 'Cette clé de licence n’existe pas.',
    next: 'Vérifiez-la caractère par caractère, ou copiez-la depuis l’autre ordinateur.',
  },
  'license/seat-limit': {
    what: 'Cette licence sert déjà sur {limit} ordinateurs, son maximum.',
    next: 'Libérez la place d’un ordinateur dont vous ne vous servez plus.',
  },
  'license/refused': {
    what: 'Le serveur refuse cette licence.',
    next: 'Ouvrez Licence pour en voir la raison.',
  },
  'license/answer-not-trusted': {
    what: 'La réponse du serveur de licences n’est pas authentique.',
    next: 'Vérifiez la date de l’ordinateur et le réseau, puis réessayez. Votre licence actuelle continue.',
  },
  'license/rate-limited': {
    what: 'Trop de demandes au serveur de licences.',
    next: 'Réessayez {when}.',
  },
  'storage/disk-full': {
    what: 'Le disque est plein.',
    next: 'Libérez de la place ; rien de ce qui est programmé n’est perdu.',
  },
  'storage/read-only': {
    what: 'AutoTele ne peut pas écrire dans son dossier.',
    next: 'Vérifiez les droits du dossier, ou déplacez AutoTele ailleurs.',
  },
  'storage/damaged': {
    what: 'Les données d’AutoTele sont abîmées.',
    next: 'Choisissez une copie à restaurer ; ce qui est abîmé sera gardé de côté.',
  },
  'storage/newer-version': {
    what: 'Ces données viennent d’une version plus récente d’AutoTele.',
    next: 'Installez la dernière version pour les ouvrir.',
  },
  'storage/folder-in-use': {
    what: 'AutoTele est déjà ouvert sur ces données.',
    next: 'Fermez l’autre fenêtre ou l’autre programme, puis réessayez.',
  },
  'settings/invalid': {
    what: 'Un réglage a une valeur impossible.',
    next: 'Corrigez-le dans Réglages ou dans config/app_config.json.',
  },
  'shell/not-here': {
    what: 'Cette forme d’AutoTele, ou ce système, ne sait pas le faire.',
    next: 'Utilisez l’application installée sur votre ordinateur.',
  },
  'settings/server-secret-in-client-file': {
    what: 'Le fichier de réglages contient un secret du serveur : {key}.',
    next: 'Retirez {key} de config/app_config.json, ou laissez AutoTele le retirer, puis renouvelez ce secret sur le serveur.',
  },
}
