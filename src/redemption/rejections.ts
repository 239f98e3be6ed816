import type { Rejections } from '../kernel/registration';
import { posRejections } from './messages/pos-rejections';

/** Why a redemption or a POS payment is refused, and what to do. */
export const rejections: Rejections = {
  ...posRejections,
  'redemption-unknown': { status: 404, en: 'There is no such redemption.', fr: 'Cet échange n’existe pas.' },
  'redemption-not-completed': {
    status: 409,
    en: 'This redemption took nothing off the card, so there is nothing to give back.',
    fr: 'Cet échange n’a rien pris sur la carte; il n’y a rien à rendre.',
  },
  'redemption-refused': {
    status: 409,
    en: 'This redemption was refused and nothing was taken off the card. Begin again with the card.',
    fr: 'Cet échange a été refusé et rien n’a été pris sur la carte. Recommencez avec la carte.',
  },
  'code-or-card-needed': {
    status: 422,
    en: 'Send either the card’s code or its id, not both.',
    fr: 'Envoyez soit le code de la carte, soit son identifiant, pas les deux.',
  },
  'amount-or-items-needed': {
    status: 422,
    en: 'Send either an amount or items, not both.',
    fr: 'Envoyez soit un montant, soit des articles, pas les deux.',
  },
  'items-ambiguous': {
    status: 422,
    en: 'Each item needs an "itemId" alone (it is on offer at the location), or each a "name" and a "price" (it is a line of yours).',
    fr: 'Chaque article prend un « itemId » seul (s’il est offert à cet endroit), ou chacun un « name » et un « price » (votre ligne).',
  },
  'item-not-offered': {
    status: 422,
    en: 'The item {item} is not on offer at this location now. Ask for its items and choose again.',
    fr: 'L’article {item} n’est pas offert à cet endroit en ce moment. Demandez ses articles et choisissez de nouveau.',
  },
  'items-not-chosen': { status: 422, en: 'Choose at least one item.', fr: 'Choisissez au moins un article.' },
  'items-not-usable': {
    status: 422,
    en: 'Choose between 1 and 999 of each item, and 200 kinds at most.',
    fr: 'Choisissez de 1 à 999 de chaque article, et 200 sortes au plus.',
  },
  'undo-not-yours': {
    status: 409,
    en: 'A device undoes only its own last redemption. Ask your network to reverse this one.',
    fr: 'Un appareil n’annule que son propre dernier échange. Demandez à votre réseau d’annuler celui-ci.',
  },
  'undo-too-late': {
    status: 409,
    en: 'The 15 minutes for an undo are over. Ask your network to reverse it.',
    fr: 'Les 15 minutes pour annuler sont passées. Demandez à votre réseau de l’annuler.',
  },
  'card-code-not-valid': {
    status: 422,
    en: 'That code isn’t valid. Check the 16 letters and digits on the card.',
    fr: 'Ce code n’est pas valide. Vérifiez les 16 lettres et chiffres de la carte.',
  },
  'card-qr-not-valid': {
    status: 422,
    en: 'This QR code is no card of this network, or it was replaced. Ask for the card’s newest mail, or type its code.',
    fr: 'Ce code QR n’est pas une carte de ce réseau, ou il a été remplacé. Demandez le dernier courriel de la carte, ou tapez son code.',
  },
  'redeem-ticket-unusable': {
    status: 410,
    en: 'This screen belongs to no card on this device. Scan or type the card again.',
    fr: 'Cet écran n’est celui d’aucune carte sur cet appareil. Numérisez ou tapez la carte de nouveau.',
  },
  'items-changed': {
    status: 409,
    en: 'The items or their prices have just changed. Look at the new ones and redeem again.',
    fr: 'Les articles ou leurs prix viennent de changer. Regardez les nouveaux et échangez de nouveau.',
  },
  'clerk-pin-missing': { status: 422, en: 'Enter your PIN.', fr: 'Saisissez votre NIP.' },
  'clerk-missing': { status: 422, en: 'Enter your name.', fr: 'Entrez votre nom.' },
};
