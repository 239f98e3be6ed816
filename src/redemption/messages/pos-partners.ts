import type { Messages } from '../../kernel/registration';

/** The words of the public page about tills. */
export const partners: Messages = {
  en: {
    'redemption.partners.title': 'POS partners',
    'redemption.partners.lead':
      'Take a gift card at the till you have: ring the sale up as always and finish it with a “Gift card” payment.',
    'redemption.partners.how': 'How it works',
    'redemption.partners.how-text':
      'The till takes the payment with a special payment method and tells us: the amount, the time, which till, and the receipt number. ' +
      'Within seconds it appears on the redemption screen, where one tap on Select takes exactly that amount off the customer’s card. ' +
      'A sale cancelled at the till gives the card its money back. No card number and no customer’s name leaves the till.',
    'redemption.partners.works': 'Works today',
    'redemption.partners.address': 'Address for notices:',
    'redemption.partners.square': 'Square',
    'redemption.partners.square.reports':
      'Reports every payment with amount, refunds, point of sale, receipt number and, for other payment types, their ' +
      'kind, source and note. What was bought is looked up where there is an access token.',
    'redemption.partners.square.1':
      'In our dashboard, open the location, then Tills, and connect Square with the location id from Square’s dashboard.',
    'redemption.partners.square.2':
      'In Square’s developer console, add a webhook subscription with the address shown, for payment.created, payment.updated, ' +
      'refund.created and refund.updated.',
    'redemption.partners.square.3':
      'Copy its signature key into the page Tills. An access token with PAYMENTS_READ and ORDERS_READ is optional: it ' +
      'finds lost notices and what was bought.',
    'redemption.partners.square.4':
      'At the till, take gift card sales as “Other gift or prepaid card”, or as Other with a note of your choice.',
    'redemption.partners.square.5':
      'Take one small payment and look at “Last payments seen”. If it doesn’t match, add its name there to the rule.',
    'redemption.partners.clover': 'Clover',
    'redemption.partners.clover.reports':
      'Tells us that a payment changed; we look it up: amount, tip, refunds, the payment method (tender) that the ' +
      'merchant named, and what was bought.',
    'redemption.partners.clover.1': 'In Clover’s dashboard, make a custom tender called “Gift card”.',
    'redemption.partners.clover.2':
      'In our dashboard, open the location, then Tills, and connect Clover with the merchant id and an access token.',
    'redemption.partners.clover.3': 'In Clover’s developer dashboard, set the webhook address shown and subscribe to Payments and Orders.',
    'redemption.partners.clover.4': 'Clover posts a verification code; it appears on the page Tills. Type it into Clover’s dashboard.',
    'redemption.partners.clover.5': 'Copy Clover’s auth code into the page Tills.',
    'redemption.partners.clover.6': 'Pick your tender from the list there, take one small payment and see that it matches.',
    'redemption.partners.generic': 'Your own software',
    'redemption.partners.generic.reports':
      'Any till that can send a request: externalId, amount, time, and if you like tender, till, receipt, clerk and items.',
    'redemption.partners.generic.1': 'By API: POST /v1/pos-payments with a key that has the scope pos-payments.report.',
    'redemption.partners.generic.2':
      'Or by webhook: connect “Your own software” on the page Tills; you get an address and a secret, shown once.',
    'redemption.partners.generic.3':
      'Sign as Standard Webhooks says. Telling the same payment again changes nothing, so repeat when in doubt.',
    'redemption.partners.generic.4':
      'Tills that take gift cards themselves use POST /v1/pos/balance, /v1/pos/redeem and /v1/pos/reverse with their own transaction ids.',
    'redemption.partners.not-yet': 'Not yet',
    'redemption.partners.later': 'Planned',
    'redemption.partners.not-yet.1': 'Toast: its payment methods can be read, but only by approved partners.',
    'redemption.partners.not-yet.2': 'Shopify POS: custom payments can be read by a reviewed app, which we don’t have yet.',
    'redemption.partners.not-yet.3': 'Lightspeed: several products with different interfaces; none is connected yet.',
    'redemption.partners.meanwhile':
      'With any other till the card works too: type the amount on the redemption screen, or choose the items there.',
    'redemption.partners.build': 'You make tills?',
    'redemption.partners.build-text': 'Everything is documented with examples, signatures included.',
    'redemption.partners.docs': 'API documentation',
  },
  fr: {
    'redemption.partners.title': 'Partenaires PDV',
    'redemption.partners.lead':
      'Acceptez une carte-cadeau à votre caisse : enregistrez la vente comme toujours et terminez par un paiement « Carte-cadeau ».',
    'redemption.partners.how': 'Comment ça marche',
    'redemption.partners.how-text':
      'La caisse prend le paiement avec un mode spécial et nous l’annonce : le montant, l’heure, la caisse et le numéro ' +
      'du reçu. En quelques ' +
      'secondes, il apparaît à l’écran d’encaissement; un toucher sur Choisir retire exactement ce montant de la carte. ' +
      'Une vente annulée à ' +
      'la caisse rend l’argent à la carte. Aucun numéro de carte ni nom de client ne quitte la caisse.',
    'redemption.partners.works': 'Fonctionne',
    'redemption.partners.address': 'Adresse pour les avis :',
    'redemption.partners.square': 'Square',
    'redemption.partners.square.reports':
      'Annonce chaque paiement : montant, remboursements, caisse, numéro du reçu et, pour les autres modes, leur type, source et note. ' +
      'Avec un jeton d’accès, nous consultons aussi les articles.',
    'redemption.partners.square.1':
      'Dans notre tableau de bord, ouvrez le commerce, puis Caisses, et connectez Square avec l’identifiant de location de Square.',
    'redemption.partners.square.2':
      'Dans la console de développement de Square, ajoutez un abonnement webhook à l’adresse affichée, pour payment.created, ' +
      'payment.updated, refund.created et refund.updated.',
    'redemption.partners.square.3':
      'Copiez sa clé de signature à la page Caisses. Un jeton d’accès PAYMENTS_READ et ORDERS_READ est facultatif : ' +
      'il retrouve les avis perdus et les articles.',
    'redemption.partners.square.4': 'À la caisse, prenez ces ventes comme « Autre carte-cadeau », ou Autre avec une note de votre choix.',
    'redemption.partners.square.5':
      'Prenez un petit paiement et regardez « Derniers paiements vus ». S’il n’est pas reconnu, ajoutez son nom à la règle.',
    'redemption.partners.clover': 'Clover',
    'redemption.partners.clover.reports':
      'Nous dit qu’un paiement a changé; nous le consultons : montant, pourboire, remboursements, mode de paiement ' +
      'nommé par le marchand et articles.',
    'redemption.partners.clover.1': 'Dans le tableau de bord de Clover, créez un mode de paiement « Carte-cadeau ».',
    'redemption.partners.clover.2':
      'Dans notre tableau de bord, ouvrez le commerce, puis Caisses, et connectez Clover avec l’identifiant de marchand ' +
      'et un jeton d’accès.',
    'redemption.partners.clover.3':
      'Au tableau de bord de développement de Clover, inscrivez l’adresse affichée et abonnez-vous à Payments et Orders.',
    'redemption.partners.clover.4': 'Clover envoie un code de vérification; il apparaît à la page Caisses. Saisissez-le chez Clover.',
    'redemption.partners.clover.5': 'Copiez le code d’authentification de Clover à la page Caisses.',
    'redemption.partners.clover.6': 'Choisissez-y votre mode dans la liste, prenez un petit paiement et voyez s’il est reconnu.',
    'redemption.partners.generic': 'Votre propre logiciel',
    'redemption.partners.generic.reports':
      'Toute caisse qui peut envoyer une requête : externalId, montant, heure et, au choix, mode, caisse, reçu, commis et articles.',
    'redemption.partners.generic.1': 'Par API : POST /v1/pos-payments avec une clé qui a la portée pos-payments.report.',
    'redemption.partners.generic.2':
      'Ou par webhook : connectez « Votre propre logiciel » à la page Caisses; vous recevez une adresse et un secret, montré une fois.',
    'redemption.partners.generic.3':
      'Signez selon Standard Webhooks. Annoncer de nouveau le même paiement ne change rien : répétez en cas de doute.',
    'redemption.partners.generic.4':
      'Les caisses qui prennent elles-mêmes les cartes utilisent POST /v1/pos/balance, /v1/pos/redeem et ' +
      '/v1/pos/reverse avec leurs numéros.',
    'redemption.partners.not-yet': 'Pas encore',
    'redemption.partners.later': 'Prévu',
    'redemption.partners.not-yet.1': 'Toast : ses modes de paiement se lisent, mais seulement par des partenaires approuvés.',
    'redemption.partners.not-yet.2': 'Shopify PDV : lisible par une application évaluée, que nous n’avons pas encore.',
    'redemption.partners.not-yet.3': 'Lightspeed : plusieurs produits aux interfaces différentes; aucun n’est connecté.',
    'redemption.partners.meanwhile':
      'Avec toute autre caisse, la carte fonctionne aussi : tapez le montant à l’écran d’encaissement ou choisissez-y les articles.',
    'redemption.partners.build': 'Vous faites des caisses?',
    'redemption.partners.build-text': 'Tout est documenté avec des exemples, signatures comprises.',
    'redemption.partners.docs': 'Documentation de l’API',
  },
};
