import type { Rejections } from '../../kernel/registration';

/** What the platform itself refuses; the modules' registrations add theirs. */
export const rejections: Rejections = {
  'not-found': { status: 404, en: 'There is nothing here.', fr: 'Il n’y a rien ici.' },
  'method-not-allowed': { status: 404, en: 'There is nothing here.', fr: 'Il n’y a rien ici.' },
  'input-unreadable': {
    status: 400,
    en: 'The body cannot be read. Send valid JSON.',
    fr: 'Le corps est illisible. Envoyez du JSON valide.',
  },
  'request-unusable': { status: 400, en: 'The request cannot be read.', fr: 'La requête est illisible.' },
  'input-invalid': {
    status: 422,
    en: 'Some fields cannot be used as they are.',
    fr: 'Certains champs ne peuvent pas être utilisés tels quels.',
  },
  'input-too-large': {
    status: 413,
    en: 'That is too large. The limit is {limit}.',
    fr: 'C’est trop volumineux. La limite est de {limit}.',
  },
  'content-type-not-supported': { status: 415, en: 'Send the body as application/json.', fr: 'Envoyez le corps en application/json.' },
  'address-unusable': {
    status: 422,
    en: 'This is no address that can be called. It should look like https://shop.example.com/largesse.',
    fr: 'Cette adresse ne peut pas être appelée. Elle devrait ressembler à https://boutique.example.com/largesse.',
  },
  'address-not-https': {
    status: 422,
    en: 'Use an address that begins with https://.',
    fr: 'Utilisez une adresse qui commence par https://.',
  },
  'address-not-public': {
    status: 422,
    en: '{host} lies in a private network. Use an address that the public internet reaches.',
    fr: '{host} se trouve dans un réseau privé. Utilisez une adresse joignable depuis l’internet public.',
  },
  'address-unknown': {
    status: 422,
    en: '{host} can’t be found. Check how it is spelled.',
    fr: '{host} est introuvable. Vérifiez l’orthographe.',
  },
  'idempotency-key-missing': {
    status: 400,
    en: 'Send an Idempotency-Key header: your own text for this call, the same when you repeat it.',
    fr: 'Envoyez un en-tête Idempotency-Key : un texte à vous pour cet appel, le même quand vous le répétez.',
  },
  'idempotency-key-unusable': {
    status: 400,
    en: 'The Idempotency-Key must be 1 to 255 printable ASCII characters without spaces.',
    fr: 'L’en-tête Idempotency-Key doit compter de 1 à 255 caractères ASCII visibles, sans espace.',
  },
  'idempotency-key-reused': {
    status: 422,
    en: 'This Idempotency-Key was used for another request. Take a new key for a new request.',
    fr: 'Cette clé Idempotency-Key a servi pour une autre requête. Prenez une nouvelle clé pour une nouvelle requête.',
  },
  'if-match-missing': {
    status: 400,
    en: 'Send If-Match with the ETag of what you edit.',
    fr: 'Envoyez If-Match avec l’ETag de ce que vous modifiez.',
  },
  'if-match-unusable': {
    status: 400,
    en: 'If-Match must be the ETag as it was given, or *.',
    fr: 'If-Match doit être l’ETag tel qu’il a été donné, ou *.',
  },
  'edited-meanwhile': {
    status: 409,
    en: 'Somebody else changed this meanwhile. Load it again and repeat your change.',
    fr: 'Quelqu’un d’autre l’a modifié entre-temps. Rechargez et refaites votre modification.',
  },
  'cursor-unusable': {
    status: 422,
    en: 'This cursor belongs to another list or filter. Begin again without it.',
    fr: 'Ce curseur appartient à une autre liste ou à un autre filtre. Recommencez sans lui.',
  },
  taken: { status: 409, en: 'Somebody else has this already.', fr: 'Quelqu’un d’autre l’a déjà.' },
  'sign-in-needed': { status: 401, en: 'Sign in first.', fr: 'Connectez-vous d’abord.' },
  'api-key-missing': {
    status: 401,
    en: 'Send your API key: Authorization: Bearer lg_….',
    fr: 'Envoyez votre clé d’API : Authorization: Bearer lg_….',
  },
  'api-key-not-valid': {
    status: 401,
    en: 'This API key doesn’t work. It may have been revoked.',
    fr: 'Cette clé d’API ne fonctionne pas. Elle a peut-être été révoquée.',
  },
  'device-not-activated': {
    status: 401,
    en: 'This device is not activated. Ask your network for an activation link and open it here.',
    fr: 'Cet appareil n’est pas activé. Demandez un lien d’activation à votre réseau et ouvrez-le ici.',
  },
  'device-revoked': {
    status: 401,
    en: 'This device was turned off by the network. Ask for a new activation link to use it again.',
    fr: 'Cet appareil a été désactivé par le réseau. Demandez un nouveau lien d’activation pour vous en resservir.',
  },
  'device-location-not-open': {
    status: 403,
    en: 'This location is suspended or closed, so its devices are off. Ask your network.',
    fr: 'Ce commerce est suspendu ou fermé; ses appareils sont éteints. Adressez-vous à votre réseau.',
  },
  'not-permitted': {
    status: 403,
    en: 'You may not do this. Ask the owner of your network.',
    fr: 'Vous n’y êtes pas autorisé. Adressez-vous au propriétaire de votre réseau.',
  },
  'foreign-origin': {
    status: 403,
    en: 'This form was not sent from our own page. Open the page again and send it from there.',
    fr: 'Ce formulaire n’a pas été envoyé depuis notre propre page. Rouvrez la page et envoyez-le de là.',
  },
  'too-many-requests': {
    status: 429,
    en: 'Too many tries. Wait a moment and try again.',
    fr: 'Trop d’essais. Patientez un moment, puis réessayez.',
  },
  busy: {
    status: 503,
    en: 'We are busy. Try again in a moment; nothing was changed twice.',
    fr: 'Nous sommes occupés. Réessayez dans un instant; rien n’a été fait en double.',
  },
  'import-too-large': {
    status: 413,
    en: 'The file has more than {most} rows. Split it.',
    fr: 'Le fichier compte plus de {most} lignes. Divisez-le.',
  },
  'import-not-a-file': {
    status: 415,
    en: 'Send the file as CSV (text/csv) or XLSX, or as the one file of a multipart/form-data form.',
    fr: 'Envoyez le fichier en CSV (text/csv) ou XLSX, ou comme seul fichier d’un formulaire multipart/form-data.',
  },
  'import-unreadable': {
    status: 422,
    en: 'The file can’t be read (line {line}). Save it as CSV UTF-8 or as an XLSX workbook without a password.',
    fr: 'Le fichier est illisible (ligne {line}). Enregistrez-le en CSV UTF-8 ou en classeur XLSX sans mot de passe.',
  },
  'import-empty': { status: 422, en: 'There is no row that can be imported.', fr: 'Aucune ligne ne peut être importée.' },
  'import-has-errors': {
    status: 409,
    en: '{invalid} of {rows} rows have errors. Correct the file, or import the valid rows only.',
    fr: '{invalid} lignes sur {rows} ont des erreurs. Corrigez le fichier, ou importez seulement les lignes valides.',
  },
  'import-closed': { status: 409, en: 'This import is over already.', fr: 'Cette importation est déjà terminée.' },
  'amount-not-positive': { status: 422, en: 'Enter an amount above zero.', fr: 'Entrez un montant supérieur à zéro.' },
  'currency-mismatch': { status: 422, en: 'The currency is {expected}, not {given}.', fr: 'La devise est {expected}, pas {given}.' },
};
