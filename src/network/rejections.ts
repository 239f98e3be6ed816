import type { Rejections } from '../kernel/registration';

/** How the network module's refusals are answered. */
export const rejections: Rejections = {
  'slug-not-usable': {
    status: 422,
    en: 'The address takes 3 to 40 small letters, digits and dashes, and begins and ends with a letter or digit.',
    fr: 'L’adresse compte 3 à 40 lettres minuscules, chiffres et tirets, et commence et finit par une lettre ou un chiffre.',
  },
  'slug-taken': {
    status: 409,
    en: 'Another network has this address. Choose a different one.',
    fr: 'Un autre réseau a cette adresse. Choisissez-en une autre.',
  },
  'sign-up-closed': {
    status: 403,
    en: 'New networks can’t be created here. Ask whoever runs this server.',
    fr: 'On ne peut pas créer de réseau ici. Adressez-vous à la personne qui gère ce serveur.',
  },
  'name-missing': { status: 422, en: 'Enter a name.', fr: 'Saisissez un nom.' },
  'second-factor-wrong': {
    status: 422,
    en: 'This code isn’t right. Use the newest one that your app shows.',
    fr: 'Ce code est inexact. Utilisez le plus récent affiché par votre application.',
  },
  'nobody-to-erase': {
    status: 422,
    en: 'Nobody here has this address.',
    fr: 'Personne ici n’a cette adresse.',
  },
  'employee-not-disabled': {
    status: 409,
    en: 'This is an employee’s address. Disable them first; then nobody is signed in while their data goes.',
    fr: 'C’est l’adresse d’une personne de l’équipe. Désactivez d’abord son accès; personne ne sera connecté pendant l’effacement.',
  },
  'contact-address-in-use': {
    status: 409,
    en: 'This is your network’s own contact address. Choose another one in the settings first.',
    fr: 'C’est l’adresse de contact de votre réseau. Choisissez-en d’abord une autre dans les paramètres.',
  },
  'erasure-unconfirmed': {
    status: 422,
    en: 'Tick this when you are sure. It can’t be undone.',
    fr: 'Cochez cette case si vous en avez la certitude. C’est irréversible.',
  },
  'password-wrong': { status: 422, en: 'This isn’t your current password.', fr: 'Ce n’est pas votre mot de passe actuel.' },
  'password-too-short': {
    status: 422,
    en: 'Use at least {least} characters. A few words you will remember are best.',
    fr: 'Au moins {least} caractères. Quelques mots faciles à retenir conviennent bien.',
  },
  'password-too-long': { status: 422, en: 'Use at most {most} characters.', fr: 'Au plus {most} caractères.' },
  'password-too-simple': {
    status: 422,
    en: 'This one is guessed first. Use a few words that don’t belong together.',
    fr: 'Celui-ci se devine en premier. Prenez quelques mots sans rapport entre eux.',
  },
  'password-about-you': {
    status: 422,
    en: 'This one is made of your own name or the network’s. Use other words.',
    fr: 'Celui-ci contient votre nom ou celui du réseau. Prenez d’autres mots.',
  },
  'brand-not-a-colour': {
    status: 422,
    en: 'Enter a colour as # and six digits or letters a to f, such as #8c2b56.',
    fr: 'Saisissez une couleur : # et six chiffres ou lettres de a à f, comme #8c2b56.',
  },
  'card-values-out-of-order': {
    status: 422,
    en: 'The smallest card value is at least 0.01 and not above the largest.',
    fr: 'La plus petite valeur est d’au moins 0,01 et ne dépasse pas la plus grande.',
  },
  'card-value-above-limit': {
    status: 422,
    en: 'A card holds {most} at most. Enter that or less.',
    fr: 'Une carte contient au plus {most}. Saisissez ce montant ou moins.',
  },
  'card-expiry-out-of-range': {
    status: 422,
    en: 'Cards that expire are good for 5 to 50 years.',
    fr: 'Une carte qui expire est valable de 5 à 50 ans.',
  },
  'code-validity-out-of-range': { status: 422, en: 'A code lives 1 to 60 minutes.', fr: 'Un code est valide de 1 à 60 minutes.' },
  'email-taken': {
    status: 409,
    en: 'Somebody in this network has this e-mail address already.',
    fr: 'Quelqu’un de ce réseau a déjà cette adresse courriel.',
  },
  'invitation-not-open': { status: 409, en: 'This person has accepted already.', fr: 'Cette personne a déjà accepté.' },
  'link-not-valid': {
    status: 404,
    en: 'This link doesn’t work. It may have been used already or replaced by a newer one.',
    fr: 'Ce lien ne fonctionne pas. Il a peut-être déjà servi ou été remplacé par un plus récent.',
  },
  'link-expired': { status: 410, en: 'This link has expired. Ask for a new one.', fr: 'Ce lien a expiré. Demandez-en un nouveau.' },
  'employee-not-active': {
    status: 409,
    en: 'This person can’t sign in yet, or any more.',
    fr: 'Cette personne ne peut pas encore, ou plus, se connecter.',
  },
  'owner-needs-owner': {
    status: 403,
    en: 'Only an owner can do this with an owner.',
    fr: 'Seule une personne propriétaire peut faire cela avec une propriétaire.',
  },
  'own-roles': {
    status: 409,
    en: 'You can’t change your own roles. Ask another owner or manager.',
    fr: 'Vous ne pouvez pas changer vos propres rôles. Demandez à une autre personne.',
  },
  'own-account': {
    status: 409,
    en: 'You can’t disable yourself. Ask another owner or manager.',
    fr: 'Vous ne pouvez pas vous désactiver. Demandez à une autre personne.',
  },
  'roles-missing': { status: 422, en: 'Choose at least one role.', fr: 'Choisissez au moins un rôle.' },
  'role-unknown': { status: 422, en: 'There is no role called {role}.', fr: 'Il n’y a pas de rôle {role}.' },
  'location-staff-alone': {
    status: 422,
    en: 'Location staff can’t have another role.',
    fr: 'Le personnel d’un commerce n’a pas d’autre rôle.',
  },
  'location-missing': { status: 422, en: 'Choose the location they work at.', fr: 'Choisissez le commerce où la personne travaille.' },
  'location-unknown': { status: 422, en: 'There is no such location.', fr: 'Ce commerce n’existe pas.' },
  'location-name-unknown': {
    status: 422,
    en: 'No location’s name or reference begins with “{text}”. Check how it is written.',
    fr: 'Aucun commerce n’a un nom ou une référence qui commence par « {text} ». Vérifiez comment cela s’écrit.',
  },
  'location-name-ambiguous': {
    status: 422,
    en: '“{text}” fits several locations: {some} Choose one of them, or type more of its name.',
    fr: '« {text} » correspond à plusieurs commerces : {some} Choisissez-en un, ou écrivez-en davantage.',
  },
  'location-closed': { status: 409, en: 'This location is closed.', fr: 'Ce commerce est fermé.' },
  'items-full': {
    status: 409,
    en: 'A location has {most} items at most. Remove one first.',
    fr: 'Un commerce a au plus {most} articles. Retirez-en un d’abord.',
  },
  'location-suspended': {
    status: 409,
    en: 'This location is suspended for now. Ask your network.',
    fr: 'Ce commerce est suspendu pour le moment. Adressez-vous à votre réseau.',
  },
  'location-without-address': {
    status: 409,
    en: 'This location has no e-mail address any more. Enter one first, or show the link yourself.',
    fr: 'Ce commerce n’a plus d’adresse courriel. Saisissez-en une d’abord, ou montrez le lien vous-même.',
  },
  'activation-link-unknown': {
    status: 404,
    en: 'This activation link doesn’t work. Open it whole from the newest mail, or ask your network for a new one.',
    fr: 'Ce lien d’activation ne fonctionne pas. Ouvrez-le en entier depuis le dernier courriel, ou demandez-en un nouveau.',
  },
  'activation-link-withdrawn': {
    status: 410,
    en: 'Your network has withdrawn this activation link. Ask it for a new one.',
    fr: 'Votre réseau a retiré ce lien d’activation. Demandez-en un nouveau.',
  },
  'activation-link-replaced': {
    status: 410,
    en: 'A newer activation link was sent. Open the one in the newest mail.',
    fr: 'Un lien d’activation plus récent a été envoyé. Ouvrez celui du dernier courriel.',
  },
  'activation-link-expired': {
    status: 410,
    en: 'This activation link has expired. Ask your network to send it again.',
    fr: 'Ce lien d’activation a expiré. Demandez à votre réseau de le renvoyer.',
  },
  'devices-too-many': {
    status: 409,
    en: 'This location has {most} devices already. Revoke one that is no longer used.',
    fr: 'Ce commerce a déjà {most} appareils. Révoquez-en un qui ne sert plus.',
  },
  'device-already-revoked': {
    status: 409,
    en: 'This device was revoked already.',
    fr: 'Cet appareil a déjà été révoqué.',
  },
  'picture-unusable': {
    status: 422,
    en: 'This is no picture that can be used. Take a JPEG, PNG or WebP file.',
    fr: 'Cette image est inutilisable. Prenez un fichier JPEG, PNG ou WebP.',
  },
  'webhook-off': {
    status: 409,
    en: 'The webhook is switched off. Switch it on first.',
    fr: 'Le webhook est désactivé. Activez-le d’abord.',
  },
  'reference-taken': { status: 409, en: 'Another location has this reference.', fr: 'Un autre commerce a cette référence.' },
  'tender-rule-empty': {
    status: 422,
    en: 'Say how the till names a payment by gift card: at least one name, type or tender.',
    fr: 'Indiquez comment la caisse nomme un paiement par carte-cadeau : au moins un nom, un type ou un mode.',
  },
  'tender-rule-too-long': {
    status: 422,
    en: 'Use at most {most} names, types and tenders in all.',
    fr: 'Au plus {most} noms, types et modes en tout.',
  },
  'too-many-tills': {
    status: 409,
    en: 'A location has at most {most} connections. Disconnect one that is no longer used.',
    fr: 'Un commerce a au plus {most} connexions. Déconnectez-en une qui ne sert plus.',
  },
  'till-connected-already': {
    status: 409,
    en: 'This location has a connection to that business already. Change it instead.',
    fr: 'Ce commerce est déjà connecté à cet établissement. Modifiez plutôt cette connexion.',
  },
  'till-of-another-kind': {
    status: 409,
    en: 'This connection is to another kind of till. Make a new one.',
    fr: 'Cette connexion est celle d’un autre type de caisse. Créez-en une nouvelle.',
  },
  'second-factor-demanded': {
    status: 409,
    en: 'A second factor is required here. You can replace yours, not remove it.',
    fr: 'Un second facteur est exigé ici. Vous pouvez remplacer le vôtre, pas le retirer.',
  },
  'scopes-missing': {
    status: 422,
    en: 'Choose at least one thing the key may do.',
    fr: 'Choisissez au moins une chose que la clé permet.',
  },
  'scope-not-yours': {
    status: 403,
    en: 'You can’t give {scope}: you don’t have it yourself.',
    fr: 'Vous ne pouvez pas donner {scope} : vous ne l’avez pas vous-même.',
  },
  'locations-column-missing': {
    status: 422,
    en: 'No column is matched as “{column}”. Reference, name and email are needed.',
    fr: 'Aucune colonne n’est associée à « {column} ». Il faut reference, name et email.',
  },
  'locations-column-twice': {
    status: 422,
    en: 'Two columns are matched as “{column}”. Leave one of them out.',
    fr: 'Deux colonnes sont associées à « {column} ». Laissez-en une de côté.',
  },
  'import-not-matched': { status: 409, en: 'Match the columns first.', fr: 'Associez d’abord les colonnes.' },
  'import-not-checked': {
    status: 409,
    en: 'The rows are still being checked. Wait a moment and try again.',
    fr: 'Les lignes sont encore en vérification. Patientez un moment, puis réessayez.',
  },
  'import-not-done': { status: 409, en: 'Import the rows first.', fr: 'Importez d’abord les lignes.' },
  'import-expired': {
    status: 410,
    en: 'This upload waited for a month and is gone. Upload the file again.',
    fr: 'Ce téléversement a attendu un mois et n’existe plus. Téléversez de nouveau le fichier.',
  },
  'notice-emails-too-many': {
    status: 422,
    en: 'Enter {most} addresses at most.',
    fr: 'Entrez {most} adresses au plus.',
  },
};
