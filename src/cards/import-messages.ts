import type { Messages } from '../kernel/registration';

/** Why a row of an import can't be used. */
export const importMessages: Messages = {
  en: {
    'cards.import.buyer-missing': 'The buyer’s e-mail address is missing.',
    'cards.import.buyer-unusable': 'The buyer is no e-mail address. Write amelie@example.com or Amélie Côté <amelie@example.com>.',
    'cards.import.recipient-missing':
      'The recipient’s e-mail address is missing. Write one, or “none” as deliver-on if you hand the card over.',
    'cards.import.recipient-unusable': 'The recipient is no e-mail address. Write bo@example.com or Bo Lund <bo@example.com>.',
    'cards.import.name-too-long': 'A name has 100 characters at most.',
    'cards.import.name-unusable': 'A name can’t contain control characters.',
    'cards.import.amount-missing': 'The amount is missing.',
    'cards.import.amount-unusable': 'The amount can’t be read. Write 25.00.',
    'cards.import.amount-too-small': 'A card is worth {smallest} at least.',
    'cards.import.amount-too-large': 'A card is worth {limit} at most.',
    'cards.import.message-too-long': 'A message has 1,000 characters at most.',
    'cards.import.message-unusable': 'A message can’t contain control characters.',
    'cards.import.deliver-on-unusable': 'The day can’t be read. Write 2026-12-24, “now” or “none”.',
    'cards.import.deliver-on-past': 'The day lies in the past. Write a later one, or “now”.',
    'cards.import.too-few-columns': 'The row has fewer columns than the first line.',
    'cards.import.too-many-columns': 'The row has more columns than the first line. Put quotes around text with the separator in it.',
  },
  fr: {
    'cards.import.buyer-missing': 'L’adresse courriel de l’acheteur manque.',
    'cards.import.buyer-unusable':
      'L’acheteur n’est pas une adresse courriel. Écrivez amelie@example.com ou Amélie Côté <amelie@example.com>.',
    'cards.import.recipient-missing':
      'L’adresse courriel du destinataire manque. Écrivez-la, ou « none » comme deliver-on si vous remettez la carte.',
    'cards.import.recipient-unusable':
      'Le destinataire n’est pas une adresse courriel. Écrivez bo@example.com ou Bo Lund <bo@example.com>.',
    'cards.import.name-too-long': 'Un nom compte au plus 100 caractères.',
    'cards.import.name-unusable': 'Un nom ne peut contenir de caractères de contrôle.',
    'cards.import.amount-missing': 'Le montant manque.',
    'cards.import.amount-unusable': 'Le montant est illisible. Écrivez 25,00.',
    'cards.import.amount-too-small': 'Une carte vaut au moins {smallest}.',
    'cards.import.amount-too-large': 'Une carte vaut au plus {limit}.',
    'cards.import.message-too-long': 'Un message compte au plus 1 000 caractères.',
    'cards.import.message-unusable': 'Un message ne peut contenir de caractères de contrôle.',
    'cards.import.deliver-on-unusable': 'Le jour est illisible. Écrivez 2026-12-24, « now » ou « none ».',
    'cards.import.deliver-on-past': 'Ce jour est passé. Écrivez-en un autre, ou « now ».',
    'cards.import.too-few-columns': 'La ligne compte moins de colonnes que la première.',
    'cards.import.too-many-columns':
      'La ligne compte plus de colonnes que la première. Mettez entre guillemets le texte qui contient le séparateur.',
  },
};
