export const help = {
  text: 'Les questions fréquentes, les raccourcis, et que faire quand quelque chose ne va pas.',
  questionsTitle: 'Questions fréquentes',
  questions: {
    off: {
      ask: 'Faut-il laisser l’ordinateur allumé ?',
      answer:
        'Non, une fois que le message est « Programmé chez Telegram ». Avant cela, AutoTele doit rester ouvert : il place les messages un à un, sans se presser.',
    },
    limit: {
      ask: 'Pourquoi AutoTele n’envoie-t-il pas tout d’un coup ?',
      answer:
        'Telegram restreint les comptes qui vont trop vite. Le rythme protège le vôtre ; vous pouvez seulement le ralentir, dans Rythme d’envoi.',
    },
    hundred: {
      ask: 'Combien de messages peut-on programmer ?',
      answer:
        'Telegram en accepte cent par discussion et un an à l’avance. Au-delà, AutoTele garde la suite et la place à mesure.',
    },
    phone: {
      ask: 'Puis-je modifier un message depuis mon téléphone ?',
      answer: 'Oui, dans « Messages programmés » de Telegram. AutoTele le voit et vous le montre.',
    },
    two: {
      ask: 'Puis-je me servir d’AutoTele sur deux ordinateurs ?',
      answer:
        'Connectez le compte sur chacun. Ne copiez pas une session de l’un à l’autre : Telegram la fermerait des deux côtés.',
    },
    end: {
      ask: 'Que se passe-t-il à la fin de la licence ?',
      answer:
        'Ce qui est programmé part. Vous pouvez lire, exporter et annuler. Seuls de nouveaux messages attendent.',
    },
  },
  troubleTitle: 'Quelque chose ne va pas',
  troubles: {
    account: 'Un compte est déconnecté ou restreint',
    network: 'AutoTele n’atteint pas Telegram',
    license: 'La licence ou le paiement n’est pas reconnu',
    data: 'Des données manquent ou sont abîmées',
    other: 'Autre chose, ou je ne sais pas',
  },
  shortcutsTitle: 'Raccourcis clavier',
}
