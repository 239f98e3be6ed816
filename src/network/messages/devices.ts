import type { Messages } from '../../kernel/registration';

/** Words of activation and of a location's devices. */
export const devices: Messages = {
  en: {
    'network.nav.own-location': 'Your location',
    'network.locations.tabs': 'Parts of this location',
    'network.locations.tab.details': 'Details',
    'network.activate.title': 'Activate this device for {name}',
    'network.activate.what':
      'This tablet, phone or computer will redeem gift cards at {name}, and nothing else. Activate only a device that stays in the shop.',
    'network.activate.former': 'This is device {code} already. Activating makes it a new one.',
    'network.activate.name': 'Name of the device (optional)',
    'network.activate.name-hint': 'What you call it in the shop, such as “Till 1”.',
    'network.activate.button': 'Activate',
    'network.activate.until': 'This link activates devices until',
    'network.activate.elsewhere': 'Not the device that will redeem?',
    'network.activate.scan': 'Point the camera of the tablet or phone at this code. It opens this page there.',
    'network.activate.qr': 'QR code of this page',
    'network.activate.page-too-old': 'This page is too old. Open the link again.',
    'network.activated.title': 'This device is ready',
    'network.activated.code': 'Its code is',
    'network.activated.what': 'The code names this device in lists and on the telephone. It is no secret.',
    'network.activated.button': 'Redeem a gift card',
  },
  fr: {
    'network.nav.own-location': 'Votre commerce',
    'network.locations.tabs': 'Parties de ce commerce',
    'network.locations.tab.details': 'Fiche',
    'network.activate.title': 'Activer cet appareil pour {name}',
    'network.activate.what':
      'Cet appareil encaissera des cartes-cadeaux chez {name}, et rien d’autre. N’activez qu’un appareil qui reste dans le commerce.',
    'network.activate.former': 'C’est déjà l’appareil {code}. L’activation en fait un nouveau.',
    'network.activate.name': 'Nom de l’appareil (facultatif)',
    'network.activate.name-hint': 'Comme vous l’appelez dans le commerce, par exemple « Caisse 1 ».',
    'network.activate.button': 'Activer',
    'network.activate.until': 'Ce lien active des appareils jusqu’au',
    'network.activate.elsewhere': 'Ce n’est pas l’appareil qui encaissera?',
    'network.activate.scan': 'Pointez l’appareil photo de la tablette ou du téléphone sur ce code. Cette page s’y ouvre.',
    'network.activate.qr': 'Code QR de cette page',
    'network.activate.page-too-old': 'Cette page est trop ancienne. Rouvrez le lien.',
    'network.activated.title': 'Cet appareil est prêt',
    'network.activated.code': 'Son code est',
    'network.activated.what': 'Le code désigne cet appareil dans les listes et au téléphone. Ce n’est pas un secret.',
    'network.activated.button': 'Encaisser une carte-cadeau',
  },
};
