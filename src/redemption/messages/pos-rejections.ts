import type { Rejections } from '../../kernel/registration';

/** Why a payment of a till is refused, and what to do. */
export const posRejections: Rejections = {
  'pos-payment-unknown': {
    status: 404,
    en: 'There is no such payment here. The till may have cancelled it.',
    fr: 'Ce paiement n’existe pas ici. La caisse l’a peut-être annulé.',
  },
  'pos-payment-taken': {
    status: 409,
    en: 'This payment was selected first by {who}. Choose another one.',
    fr: 'Ce paiement a d’abord été choisi par {who}. Choisissez-en un autre.',
  },
  'pos-payment-voided': {
    status: 409,
    en: 'The till has cancelled this payment. Choose another one.',
    fr: 'La caisse a annulé ce paiement. Choisissez-en un autre.',
  },
  'pos-payment-changed': {
    status: 409,
    en: 'This payment was changed at the till or selected elsewhere meanwhile. Look at the list again.',
    fr: 'Ce paiement a été changé à la caisse ou choisi ailleurs entre-temps. Regardez de nouveau la liste.',
  },
  'pos-payment-not-assigned': {
    status: 409,
    en: 'This payment is not selected for that redemption.',
    fr: 'Ce paiement n’est pas choisi pour cet encaissement.',
  },
  'pos-payment-differs': {
    status: 409,
    en: 'This payment was reported with another amount. Send the change with a later changedAt.',
    fr: 'Ce paiement a été annoncé avec un autre montant. Envoyez le changement avec un changedAt plus récent.',
  },
  'pos-payment-exceeds-balance': {
    status: 409,
    en: 'The card has {balance}. Change it in the till.',
    fr: 'La carte contient {balance}. Changez le montant à la caisse.',
  },
  'till-place-missing': {
    status: 422,
    en: 'Enter the till maker’s own id of this business: Square’s location id or Clover’s merchant id.',
    fr: 'Saisissez l’identifiant de ce commerce chez le fabricant : location de Square ou marchand de Clover.',
  },
  'till-unknown': {
    status: 404,
    en: 'Nothing listens at this address. The till may have been disconnected.',
    fr: 'Rien n’écoute à cette adresse. La caisse a peut-être été déconnectée.',
  },
  'notice-not-signed': {
    status: 401,
    en: 'The signature is missing or wrong. Check the secret on the location’s page, Tills.',
    fr: 'La signature manque ou est fausse. Vérifiez le secret à la page Caisses du commerce.',
  },
  'notice-too-old': {
    status: 401,
    en: 'The notice is more than five minutes off. Sign each attempt with its own time, and set the clock.',
    fr: 'L’avis est décalé de plus de cinq minutes. Signez chaque envoi avec sa propre heure, et réglez l’horloge.',
  },
};
