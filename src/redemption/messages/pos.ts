import type { Messages } from '../../kernel/registration';

/** The words of payments that tills tell of: on the device's screen. */
export const pos: Messages = {
  en: {
    'redemption.pos.live': 'Live',
    'redemption.pos.polling': 'Looking every few seconds',
    'redemption.pos.offline': 'No line',
    'redemption.pos.here': 'Gift card payments from the till appear here',
    'redemption.pos.look-again': 'Look again',
    'redemption.pos.select': 'Select',
    'redemption.pos.select-named': 'Select {amount} from {till}',
    'redemption.pos.the-till': 'the till',
    'redemption.pos.too-much': 'The card has {balance}. Change it in the till.',
  },
  fr: {
    'redemption.pos.live': 'En direct',
    'redemption.pos.polling': 'Vérifié toutes les quelques secondes',
    'redemption.pos.offline': 'Pas de connexion',
    'redemption.pos.here': 'Les paiements par carte-cadeau de la caisse apparaissent ici',
    'redemption.pos.look-again': 'Vérifier de nouveau',
    'redemption.pos.select': 'Choisir',
    'redemption.pos.select-named': 'Choisir {amount} de {till}',
    'redemption.pos.the-till': 'la caisse',
    'redemption.pos.too-much': 'La carte contient {balance}. Changez le montant à la caisse.',
  },
};
