import { factNames, type Registration } from '../kernel/registration';
import { activationRound, type ActivationRoundFact } from './domain/activation-round';
import { apiKey, type ApiKeyFact } from './domain/api-key';
import { employee, type EmployeeFact } from './domain/employee';
import { location, type LocationFact } from './domain/location';
import { network as networkAggregate, type NetworkFact } from './domain/network';
import { webhookDelivery, webhookDeliveryFacts } from './domain/webhook-delivery';
import { webhookEndpoint, webhookEndpointFacts } from './domain/webhook-endpoint';
import { locationImport, locationImportFacts } from './domain/location-import';
import { messages } from './messages';
import { clerkRejections } from './messages/clerk-rejections';
import { mailTheActivationLink } from './policies/mail-activation-link';
import {
  checkTheRowsWhenColumnsAreMatched,
  importTheNextChunkOfLocations,
  sendTheActivationMailsOfAnImport,
} from './policies/import-locations';
import { sendTheNextActivationLinks } from './policies/send-activation-links';
import { mailTheInvitationWhenAnEmployeeIsInvited, mailTheLinkWhenAPasswordResetIsRequested } from './policies/mail-links';
import { endWebhookWork, mailWhenAWebhookIsDisabled, retireTheWebhook, sendWhatWasKept } from './policies/webhooks';
import { apiKeyList } from './read-models/api-key-list';
import { deviceList } from './read-models/device-list';
import { employeeList } from './read-models/employee-list';
import { locationImports } from './read-models/location-imports';
import { locationList } from './read-models/location-list';
import { networkDirectory } from './read-models/network-directory';
import { deliverWebhookWhenDue, webhookDeliveryList } from './read-models/webhook-deliveries';
import { tillList } from './read-models/till-list';
import { webhookEndpointList } from './read-models/webhook-endpoint-list';
import { rejections } from './rejections';

/** What the network module enters in the registry. */
export const network: Registration = {
  module: 'network',
  aggregates: [
    {
      category: 'network',
      aggregate: networkAggregate,
      facts: factNames<NetworkFact>()({
        NetworkCreated: true,
        NetworkSettingsChanged: true,
        BrandChanged: true,
        CardRulesChanged: true,
        SecondFactorRequired: true,
        SecondFactorMadeOptional: true,
        RedemptionSettingsChanged: true,
      }),
    },
    {
      category: 'employee',
      aggregate: employee,
      facts: factNames<EmployeeFact>()({
        OwnerRegistered: true,
        EmployeeInvited: true,
        InvitationRenewed: true,
        InvitationAccepted: true,
        EmployeeRenamed: true,
        PositionChanged: true,
        PasswordChanged: true,
        PasswordResetRequested: true,
        SecondFactorEnrolled: true,
        SecondFactorRemoved: true,
        SecondFactorDemanded: true,
        SecondFactorDemandLifted: true,
        EmployeeDisabled: true,
        EmployeeEnabled: true,
      }),
    },
    {
      category: 'location',
      aggregate: location,
      facts: factNames<LocationFact>()({
        LocationCreated: true,
        LocationChanged: true,
        LocationSuspended: true,
        LocationResumed: true,
        LocationClosed: true,
        ItemAdded: true,
        ItemChanged: true,
        ItemRemoved: true,
        ItemNoticesChanged: true,
        ActivationLinkIssued: true,
        ActivationLinkWithdrawn: true,
        DeviceActivated: true,
        DeviceRenamed: true,
        DeviceRevoked: true,
        TenderRuleChanged: true,
        PosConnected: true,
        PosDisconnected: true,
        ClerkAdded: true,
        ClerkRenamed: true,
        ClerkPinChanged: true,
        ClerkRemoved: true,
      }),
    },
    { category: 'webhookEndpoint', aggregate: webhookEndpoint, facts: webhookEndpointFacts },
    { category: 'webhookDelivery', aggregate: webhookDelivery, facts: webhookDeliveryFacts },
    { category: 'locationImport', aggregate: locationImport, facts: locationImportFacts },
    {
      category: 'activationRound',
      aggregate: activationRound,
      facts: factNames<ActivationRoundFact>()({
        ActivationRoundStarted: true,
        ActivationRoundAdvanced: true,
        ActivationRoundCompleted: true,
      }),
    },
    { category: 'apiKey', aggregate: apiKey, facts: factNames<ApiKeyFact>()({ ApiKeyCreated: true, ApiKeyRevoked: true }) },
  ],
  projections: [
    networkDirectory,
    employeeList,
    locationList,
    locationImports,
    deviceList,
    apiKeyList,
    webhookDeliveryList,
    webhookEndpointList,
    tillList,
  ],
  policies: [
    checkTheRowsWhenColumnsAreMatched,
    importTheNextChunkOfLocations,
    sendTheActivationMailsOfAnImport,
    mailTheInvitationWhenAnEmployeeIsInvited,
    mailTheLinkWhenAPasswordResetIsRequested,
    mailTheActivationLink,
    sendTheNextActivationLinks,
    retireTheWebhook,
    sendWhatWasKept,
    endWebhookWork,
    mailWhenAWebhookIsDisabled,
  ],
  wakeUps: [deliverWebhookWhenDue],
  upcasts: {},
  personal: {
    NetworkCreated: ['contactEmail'],
    NetworkSettingsChanged: ['contactEmail'],
    RedemptionSettingsChanged: ['noticeEmails.*'],
    OwnerRegistered: ['name', 'email'],
    EmployeeInvited: ['name', 'email'],
    InvitationAccepted: ['name'],
    EmployeeRenamed: ['name'],
    LocationCreated: ['email'],
    LocationChanged: ['email'],
    ClerkAdded: ['name'],
    ClerkRenamed: ['name'],
  },
  permissions: [
    'customers.manage',
    'locations.manage',
    'locations.view',
    'devices.manage',
    'items.manage',
    'clerks.manage',
    'webhooks.manage',
    'employees.manage',
    'settings.manage',
    'api-keys.manage',
    'personal-data.erase',
  ],
  pages: [
    {
      path: 'locations',
      label: 'network.nav.locations',
      ownLabel: 'network.nav.own-location',
      icon: 'shop',
      permission: 'locations.view',
      order: 30,
    },
    { path: 'devices', label: 'network.nav.devices', icon: 'tablet', permission: 'devices.manage', order: 35 },
    { path: 'employees', label: 'network.nav.employees', icon: 'people', permission: 'employees.manage', order: 40 },
    { path: 'api-keys', label: 'network.nav.api-keys', icon: 'key', permission: 'api-keys.manage', order: 60 },
    { path: 'webhook-deliveries', label: 'network.nav.webhooks', icon: 'bell', permission: 'webhooks.manage', order: 65 },
    { path: 'settings', label: 'network.nav.settings', icon: 'gear', permission: 'settings.manage', order: 70 },
  ],
  rejections: { ...rejections, ...clerkRejections },
  messages,
};
