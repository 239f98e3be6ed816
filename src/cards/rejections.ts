import type { Rejections } from '../kernel/registration';

/** How the cards module's refusals are answered. */
export const rejections: Rejections = {
  'card-unknown': { status: 404, en: 'There is no such card.', fr: 'Cette carte n’existe pas.' },
  'code-not-valid': {
    status: 404,
    en: 'This code is not valid. Check it and try again.',
    fr: 'Ce code n’est pas valide. Vérifiez-le et réessayez.',
  },
  'card-not-delivered': {
    status: 409,
    en: 'This card has not been sent to its recipient yet, so it can’t be used.',
    fr: 'Cette carte n’a pas encore été envoyée à son destinataire; elle ne peut pas servir.',
  },
  'card-blocked': {
    status: 409,
    en: 'This card is blocked. Somebody with the permission can unblock it.',
    fr: 'Cette carte est bloquée. Une personne autorisée peut la débloquer.',
  },
  'card-voided': { status: 409, en: 'This card was voided for good.', fr: 'Cette carte a été annulée définitivement.' },
  'card-expired': { status: 409, en: 'This card has expired.', fr: 'Cette carte est expirée.' },
  'redemption-declined': {
    status: 409,
    en: 'The card declined this redemption before, so nothing was taken. Begin again with the card.',
    fr: 'La carte a déjà refusé cet échange; rien n’a été pris. Recommencez avec la carte.',
  },
  'card-used': {
    status: 409,
    en: 'This card was used already, so its recipient can’t be changed. If it is lost, replace it.',
    fr: 'Cette carte a déjà servi; son destinataire ne peut plus changer. Si elle est perdue, remplacez-la.',
  },
  'insufficient-funds': {
    status: 409,
    en: 'The card has {balance}. Enter that or less.',
    fr: 'La carte contient {balance}. Entrez ce montant ou moins.',
  },
  'value-too-small': { status: 422, en: 'A card is worth {smallest} at least.', fr: 'Une carte vaut au moins {smallest}.' },
  'value-too-large': { status: 422, en: 'A card is worth {limit} at most.', fr: 'Une carte vaut au plus {limit}.' },
  'card-limit-exceeded': {
    status: 409,
    en: 'A card holds {limit} at most. This one has {balance}, so there is room for {room}.',
    fr: 'Une carte contient au plus {limit}. Celle-ci contient {balance}; il reste de la place pour {room}.',
  },
  'recipient-missing': {
    status: 422,
    en: 'To send the card we need the recipient’s e-mail address.',
    fr: 'Pour envoyer la carte, il faut l’adresse courriel du destinataire.',
  },
  'recipient-erased': {
    status: 409,
    en: 'The recipient’s details were erased on request, so nothing can be mailed. Enter a new address.',
    fr: 'Les coordonnées du destinataire ont été effacées sur demande; rien ne peut être envoyé. Entrez une nouvelle adresse.',
  },
  'buyer-erased': {
    status: 409,
    en: 'The buyer’s details were erased on request, so no code can be mailed. Correct the buyer first.',
    fr: 'Les coordonnées de l’acheteur ont été effacées sur demande; aucun code ne peut être envoyé. Corrigez d’abord l’acheteur.',
  },
  'delivery-ambiguous': {
    status: 422,
    en: 'Send either "deliver" or "deliverAt", not both.',
    fr: 'Envoyez « deliver » ou « deliverAt », pas les deux.',
  },
  'expiry-too-soon': {
    status: 422,
    en: 'A card lives five years at least from its issue or last top-up.',
    fr: 'Une carte est valide au moins cinq ans depuis son émission ou son dernier rechargement.',
  },
  'already-reversed': { status: 409, en: 'This deduction was reversed already.', fr: 'Cette déduction a déjà été renversée.' },
  'deduction-unknown': { status: 404, en: 'There is no such deduction.', fr: 'Cette déduction n’existe pas.' },
  'deduction-closed': {
    status: 409,
    en: 'This request is closed already. Make a new one if the amount is still to be deducted.',
    fr: 'Cette demande est déjà close. Faites-en une nouvelle si le montant reste à déduire.',
  },
  'deduction-code-wrong': {
    status: 422,
    en: 'This code isn’t right. Tries left: {attemptsLeft}, then the deduction is cancelled.',
    fr: 'Ce code n’est pas le bon. Essais restants : {attemptsLeft}, puis la déduction est annulée.',
  },
  'deduction-cancelled-attempts': {
    status: 409,
    en: 'The code was wrong three times. The deduction is cancelled and the code is dead.',
    fr: 'Le code était faux trois fois. La déduction est annulée et le code ne vaut plus rien.',
  },
  'deduction-cancelled-expired': {
    status: 409,
    en: 'The code has run out. The deduction is cancelled; request a new one.',
    fr: 'Le code a expiré. La déduction est annulée; demandez-en une nouvelle.',
  },
  'deduction-cancelled-insufficient': {
    status: 409,
    en: 'The card has only {balance} by now. Nothing was deducted.',
    fr: 'La carte ne contient plus que {balance}. Rien n’a été déduit.',
  },
  'too-many-codes': {
    status: 429,
    en: 'Ten codes were requested for this card within a day. Try again later.',
    fr: 'Dix codes ont été demandés pour cette carte en une journée. Réessayez plus tard.',
  },
  'code-live': {
    status: 409,
    en: 'A code is waiting to be entered. Withdraw it first, or wait until it runs out.',
    fr: 'Un code attend d’être saisi. Retirez-le d’abord, ou attendez qu’il expire.',
  },
  'location-unknown': { status: 422, en: 'There is no such location in this network.', fr: 'Ce lieu n’existe pas dans ce réseau.' },
  'location-not-open': { status: 409, en: 'This location is not open.', fr: 'Ce lieu n’est pas ouvert.' },
  'location-needed': { status: 422, en: 'Say at which location.', fr: 'Indiquez le lieu.' },
  'import-column-missing': {
    status: 422,
    en: 'The column “{column}” is missing. The first line names the columns: buyer, recipient, amount, message, deliver-on.',
    fr: 'La colonne « {column} » manque. La première ligne nomme les colonnes : buyer, recipient, amount, message, deliver-on.',
  },
  'import-column-unknown': {
    status: 422,
    en:
      'The column “{column}” means nothing here. Use buyer, recipient, amount, message, deliver-on; ' +
      'the names have columns of their own: buyer-name, recipient-name.',
    fr:
      'La colonne « {column} » est inconnue. Utilisez buyer, recipient, amount, message, deliver-on; ' +
      'les noms ont leurs colonnes : buyer-name, recipient-name.',
  },
  'no-card-with-this-code': {
    status: 422,
    en: 'No card of this network has this code. Check it and try again.',
    fr: 'Aucune carte de ce réseau n’a ce code. Vérifiez-le et réessayez.',
  },
  'card-link-not-valid': {
    status: 404,
    en: 'This link opens no card. Check that you have the whole link, from the newest mail.',
    fr: 'Ce lien n’ouvre aucune carte. Vérifiez que vous avez le lien entier, du plus récent courriel.',
  },
  'amount-needed': { status: 422, en: 'Choose a value or enter an amount.', fr: 'Choisissez une valeur ou entrez un montant.' },
  'delivery-day-needed': { status: 422, en: 'Say on which day the gift is mailed.', fr: 'Indiquez le jour de l’envoi.' },
  'delivery-in-the-past': {
    status: 422,
    en: 'This time has passed. Choose a later one.',
    fr: 'Ce moment est passé. Choisissez-en un plus tard.',
  },
  'print-not-allowed': {
    status: 403,
    en: 'A card is printed from the page that shows its code, within an hour. To print it later, replace the card.',
    fr: 'Une carte s’imprime depuis la page qui montre son code, en moins d’une heure. Pour l’imprimer plus tard, remplacez-la.',
  },
};
