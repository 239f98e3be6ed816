import { Global, Module } from '@nestjs/common';
import { Identities } from '../platform/security/identities';
import { SecurityModule } from '../platform/security/security.module';
import { PageNetworks } from '../platform/web/page';
import { AcceptInvitationHandler, AcceptInvitationPage } from './features/accept-invitation';
import { AccountPage, ChangePasswordHandler, OwnPassword } from './features/account';
import { ActivateDeviceHandler, ActivateDevicePage } from './features/activate-device';
import { ActivationMailing } from './features/activation-mailing';
import { ActivationLinks, IssueActivationLinkHandler, WithdrawActivationLinkHandler } from './features/activation-links';
import { ApiKeysPage, CreateApiKeyHandler, RevokeApiKeyHandler } from './features/api-keys';
import { ApiKeysApi } from './features/api-keys-api';
import {
  ChangePositionHandler,
  ChangeStandingHandler,
  DemandSecondFactorHandler,
  InviteEmployeeHandler,
  RemoveSecondFactorHandler,
  RenameEmployeeHandler,
  RenewInvitationHandler,
} from './features/employee-commands';
import { NetworkChoices } from './features/choose-network';
import { RenameDeviceHandler, RevokeDeviceHandler } from './features/device-commands';
import { DevicesApi } from './features/devices-api';
import { DirectoryChoices, DirectoryPage } from './features/directory';
import { EmployeeStreams } from './features/employee-streams';
import { EmployeesByEmail } from './features/employees-by-email';
import { EmployeesPage } from './features/employees';
import { ErasePersonHandler, Erasures } from './features/erase-person';
import { ErasurePages } from './features/erasure-pages';
import { ErasuresApi } from './features/erasures-api';
import { ClerksApi } from './features/clerks-api';
import { AddClerkHandler, ChangeClerkPinHandler, RemoveClerkHandler, RenameClerkHandler } from './features/clerk-commands';
import { ClerkPins } from './features/clerk-pins';
import { LocationClerksPage } from './features/location-clerks';
import { RedemptionSettingsApi } from './features/redemption-settings-api';
import { Links } from './features/links';
import { ChangeLocationHandler, ChangeLocationStandingHandler, CreateLocationHandler } from './features/location-commands';
import { CheckLocationImportHandler } from './features/check-location-import';
import { ImportLocationChunkHandler } from './features/import-location-chunk';
import { LocationCsv } from './features/location-csv';
import { LocationImportPages } from './features/location-import-pages';
import { LocationImportRows, LocationsByReference } from './features/location-import-rows';
import {
  AskForActivationsHandler,
  ConfirmLocationImportHandler,
  DiscardLocationImportHandler,
  LocationImports,
  MatchLocationColumnsHandler,
  UploadLocationImportHandler,
} from './features/location-imports';
import { LocationImportsApi } from './features/location-imports-api';
import { SendImportActivationsHandler } from './features/send-import-activations';
import { LocationChoices } from './features/location-choices';
import { LocationSuggestions } from './features/location-suggestions';
import { LocationPage } from './features/location-page';
import { LocationsPage } from './features/locations';
import { LocationDevicesPage } from './features/location-devices';
import { LocationsApi } from './features/locations-api';
import { MailActivationLinkHandler } from './features/mail-activation-link';
import { LinkMails, MailInvitationHandler, MailPasswordResetHandler } from './features/mail-links';
import { NetworkDevicesPage } from './features/network-devices';
import { AskForResetPage, RequestPasswordResetHandler, ResetPasswordHandler, ResetPasswordPage } from './features/password-reset';
import { EnrolSecondFactorHandler, SecondFactorPages } from './features/second-factor';
import { ActivationRoundsPage, SendActivationLinksHandler, SendNextActivationLinksHandler } from './features/send-activation-links';
import { ChangeSettingsHandler, SettingsPage } from './features/settings';
import { PasswordCheck, PasswordStrategy, SignInPage, SignOutPage } from './features/sign-in';
import { CreateNetworkWithOwnerHandler, SignUpPage } from './features/sign-up';
import { ItemsOnOffer } from './features/offered-items';
import { AddItemHandler, ChangeItemHandler, ChangeItemNoticesHandler, MoveItemHandler, RemoveItemHandler } from './features/item-commands';
import { ItemPictures, ItemPicturesPage } from './features/item-pictures';
import { ItemsApi } from './features/items-api';
import { LocationItemsPage } from './features/location-items';
import { MailWebhookDisabledHandler } from './features/mail-webhook-disabled';
import {
  ChangeWebhookStandingHandler,
  RotateWebhookSecretHandler,
  SetWebhookHandler,
  WebhookDeliveries,
} from './features/webhook-commands';
import { WebhookDeliveriesApi } from './features/webhook-deliveries-api';
import { WebhookDeliveriesPage } from './features/webhook-delivery-pages';
import { DeliveryRows } from './features/webhook-delivery-rows';
import { DeliverySheets } from './features/webhook-delivery-sheets';
import { LocationWebhookPage, NetworkWebhookPage, WebhookDesk } from './features/webhook-pages';
import { WebhookEndpointsApi } from './features/webhooks-api';
import { WebhookItems } from './features/webhook-items';
import { DeliverWebhookHandler, WebhookDispatcher } from './features/webhook-dispatcher';
import { WebhookSender } from './features/webhook-sender';
import { EndWebhookWorkHandler, RetireWebhookHandler, SendWhatWasKeptHandler, WebhookWork } from './features/webhook-work';
import { WebhookEndpoints } from './features/webhook-endpoints';
import './features/webhook-document';
import { WebhookNotices } from './features/webhook-notices';
import { LiveIdentities } from './live-identities.facade';
import { LiveNetworkFacade } from './live-network.facade';
import { ClerksFacade } from './clerks.facade';
import { LiveTillsFacade } from './live-tills.facade';
import { NetworkFacade } from './network.facade';
import { TillsFacade } from './tills.facade';

const pages = [
  SignUpPage,
  SignInPage,
  SignOutPage,
  SecondFactorPages,
  AskForResetPage,
  ResetPasswordPage,
  AcceptInvitationPage,
  AccountPage,
  EmployeesPage,
  LocationItemsPage,
  LocationClerksPage,
  LocationWebhookPage,
  NetworkWebhookPage,
  WebhookDeliveriesPage,
  LocationsPage,
  ItemPicturesPage,
  ActivateDevicePage,
  LocationSuggestions,
  LocationPage,
  LocationDevicesPage,
  NetworkDevicesPage,
  LocationImportPages,
  ActivationRoundsPage,
  DirectoryPage,
  ApiKeysPage,
  SettingsPage,
  ErasurePages,
];
const handlers = [
  UploadLocationImportHandler,
  MatchLocationColumnsHandler,
  CheckLocationImportHandler,
  ConfirmLocationImportHandler,
  ImportLocationChunkHandler,
  DiscardLocationImportHandler,
  AskForActivationsHandler,
  SendImportActivationsHandler,
  CreateNetworkWithOwnerHandler,
  AcceptInvitationHandler,
  ChangePasswordHandler,
  RequestPasswordResetHandler,
  ResetPasswordHandler,
  EnrolSecondFactorHandler,
  ChangeSettingsHandler,
  MailInvitationHandler,
  MailPasswordResetHandler,
  InviteEmployeeHandler,
  RenewInvitationHandler,
  ChangePositionHandler,
  RenameEmployeeHandler,
  ChangeStandingHandler,
  DemandSecondFactorHandler,
  RemoveSecondFactorHandler,
  CreateLocationHandler,
  ChangeLocationHandler,
  ChangeLocationStandingHandler,
  IssueActivationLinkHandler,
  WithdrawActivationLinkHandler,
  ActivateDeviceHandler,
  RenameDeviceHandler,
  RevokeDeviceHandler,
  SendActivationLinksHandler,
  SendNextActivationLinksHandler,
  MailActivationLinkHandler,
  CreateApiKeyHandler,
  RevokeApiKeyHandler,
  ErasePersonHandler,
  AddItemHandler,
  ChangeItemHandler,
  MoveItemHandler,
  RemoveItemHandler,
  ChangeItemNoticesHandler,
  AddClerkHandler,
  RenameClerkHandler,
  ChangeClerkPinHandler,
  RemoveClerkHandler,
  SetWebhookHandler,
  ChangeWebhookStandingHandler,
  RotateWebhookSecretHandler,
  DeliverWebhookHandler,
  RetireWebhookHandler,
  SendWhatWasKeptHandler,
  EndWebhookWorkHandler,
  MailWebhookDisabledHandler,
];

/** Accounts, people and what they may do, locations, API keys. Global, because the guard and every page ask who somebody is. */
@Global()
@Module({
  imports: [SecurityModule],
  controllers: [
    ...pages,
    LocationsApi,
    LocationImportsApi,
    DevicesApi,
    ItemsApi,
    ClerksApi,
    RedemptionSettingsApi,
    WebhookEndpointsApi,
    WebhookDeliveriesApi,
    ApiKeysApi,
    ErasuresApi,
  ],
  providers: [
    { provide: NetworkFacade, useClass: LiveNetworkFacade },
    { provide: TillsFacade, useClass: LiveTillsFacade },
    { provide: PageNetworks, useExisting: NetworkFacade },
    { provide: Identities, useClass: LiveIdentities },
    ClerksFacade,
    ClerkPins,
    EmployeeStreams,
    DeliveryRows,
    DeliverySheets,
    ItemPictures,
    ItemsOnOffer,
    WebhookDeliveries,
    WebhookDesk,
    WebhookDispatcher,
    WebhookEndpoints,
    WebhookItems,
    WebhookSender,
    WebhookWork,
    WebhookNotices,
    Erasures,
    Links,
    ActivationLinks,
    NetworkChoices,
    LinkMails,
    LocationCsv,
    DirectoryChoices,
    LocationChoices,
    LocationImportRows,
    LocationsByReference,
    LocationImports,
    EmployeesByEmail,
    ActivationMailing,
    OwnPassword,
    PasswordCheck,
    PasswordStrategy,
    ...handlers,
  ],
  exports: [NetworkFacade, LocationChoices, ClerksFacade, TillsFacade, PageNetworks, Identities],
})
export class NetworkModule {}
