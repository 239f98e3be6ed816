import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Alerts } from './alerts';
import { ApiKeyRing } from './api-key-ring';
import { DeviceCredentials } from './device-credentials';
import { Guard } from './guard';
import { Passwords } from './passwords';
import { Sessions } from './sessions';
import { Throttle } from './throttle';
import { SecondFactors } from './totp';

const parts = [Alerts, ApiKeyRing, DeviceCredentials, Guard, Passwords, SecondFactors, Sessions, Throttle];

/** Who calls and what they may do. Needs `Identities`, which the network module provides. */
@Global()
@Module({ providers: [...parts, { provide: APP_GUARD, useExisting: Guard }], exports: parts })
export class SecurityModule {}
