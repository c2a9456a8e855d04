/** What went wrong and what to do, by the server's code. */
export const problems = {
  OFFLINE: 'Le serveur ne répond pas. Vérifiez la connexion, puis réessayez.',
  UNREADABLE:
    'Le serveur a répondu autre chose que prévu. Rechargez la page : une nouvelle version est peut-être en place.',
  MALFORMED_BODY: 'Le serveur n’a pas compris la demande. Rechargez la page, puis recommencez.',
  IDEMPOTENCY_KEY_REUSED: 'Cette demande a déjà été faite autrement. Fermez cette fenêtre, puis recommencez.',
  IDEMPOTENCY_IN_PROGRESS: 'La même demande est en cours. Attendez quelques secondes, puis réessayez.',
  SIGN_IN_REQUIRED: 'La session est terminée. Connectez-vous de nouveau.',
  SIGN_IN_FAILED:
    'L’adresse, le mot de passe et le code ne vont pas ensemble. Un code ne sert qu’une fois : attendez le suivant.',
  FORBIDDEN: 'Votre rôle ne le permet pas. Demandez à un propriétaire.',
  STEP_UP_REQUIRED: 'Rien n’a été fait : cette action demande un nouveau code. Recommencez et donnez-le.',
  CROSS_SITE_REQUEST:
    'Le navigateur n’a pas dit d’où vient la demande. Ouvrez la console à son adresse, en https.',
  NOT_FOUND: 'Introuvable : c’est peut-être déjà fait, ou le lien a servi ou expiré.',
  CONFLICT: 'Ce n’est plus, ou pas encore, possible. Actualisez pour voir l’état présent.',
  VALIDATION_FAILED: 'Le serveur refuse une des valeurs. Corrigez-la, puis recommencez.',
  RATE_LIMITED: 'Trop d’essais. Réessayez dans {minutes} min.',
  PAYMENTS_UNAVAILABLE: 'BTCPay ne répond pas ; rien n’a été fait. Réessayez dans une minute.',
  UNAVAILABLE: 'Le serveur n’est pas disponible en ce moment. Réessayez dans une minute.',
  INTERNAL:
    'Le serveur a rencontré une erreur, notée dans ses journaux. Réessayez ; si elle revient, regardez-les.',
}
