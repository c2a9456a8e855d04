/** Shown to whoever comes without a session. No script, no style: it is served before anybody is known. */
export const needsLinkPage = `<!doctype html>
<html lang="fr">
<head><meta charset="utf-8"><title>AutoTele</title><meta name="viewport" content="width=device-width"></head>
<body>
<main>
<h1>AutoTele</h1>
<p>Cette adresse s’ouvre avec le lien affiché au démarrage d’AutoTele. Chaque lien ne sert qu’une fois : s’il a déjà été utilisé, demandez-en un autre dans la fenêtre où AutoTele a démarré.</p>
<p>Vous venez d’ouvrir ce lien ? <a href="/">Continuer</a></p>
<hr>
<div lang="en">
<p>This address opens with the link shown when AutoTele started. Each link works once: if it has been used, ask for another one in the window where AutoTele was started.</p>
<p>Did you just open that link? <a href="/">Continue</a></p>
</div>
</main>
</body>
</html>
`
