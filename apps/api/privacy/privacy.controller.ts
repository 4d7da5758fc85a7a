import { Controller, Get, HttpCode, Param, Post, Req, Res, UseInterceptors } from '@nestjs/common';
import type { Request, Response } from 'express';
import { IsDay, IsOneOf, IsText, Optional, valid } from '@waymark/core/fields';
import { type ErasureGround, erasureGrounds } from '@waymark/core/privacy';
import {
  certify,
  erase,
  type PersonKindName,
  personKindNames,
  personsIn,
  recordsDue,
  subjectAccess,
} from '@waymark/governance/privacy';
import { Platform } from '@waymark/platform';
import { Action, principalOf } from '../../shared/access.guard';
import { NoParameters } from '../no-parameters';
import { jsonBody } from '../commands/json-body';
import { reasonOf } from '../headers';
import type { CertificateAnswer, DueAnswer, ErasureAnswer, SubjectAccessAnswer } from './answers';

/** The person to erase, and the ground. */
export class ErasePerson {
  @IsOneOf(personKindNames) kind!: PersonKindName;
  @IsText('0b0f7f3e-3c1d-4a57-8f6e-2f1d9a9f5b10', 100) id!: string;
  @IsOneOf(erasureGrounds) ground!: ErasureGround;
  /** The day of the decision. Default: today. */
  @Optional() @IsDay('2026-08-03') on?: string;
}

/** The rights of recorded people, for the data protection officer. */
@Controller('v1/privacy')
@UseInterceptors(NoParameters)
export class PrivacyController {
  constructor(private readonly platform: Platform) {}

  /** Repeating the request continues the erasure. */
  @Post('erasures')
  @HttpCode(200)
  @Action('ErasePerson')
  async erase(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ErasureAnswer> {
    const { kind, id, ground, on } = valid(ErasePerson, jsonBody(request));
    const { id: actor } = principalOf(response);
    const asked = { kind, id, ground, actor, ...(on !== undefined && { on }) };
    return { kind, id, state: await erase(this.platform, asked) };
  }

  /** The signed certificate of a complete erasure. It contains no personal data, only the person's id. */
  @Get('erasures/:kind/:id/certificate')
  @Action('ErasePerson')
  async certificate(
    @Param('kind') kind: string,
    @Param('id') id: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CertificateAnswer> {
    const { events, accessLog } = this.platform;
    const certificate = await certify(
      { events, signingKey: this.platform.signingKey() },
      valid(Person, { kind, id }),
    );
    await accessLog.record(principalOf(response), 'Certificate', [id], reasonOf(request));
    return certificate;
  }

  /** Everything stored about a person. */
  @Get('subject-access/:kind/:id')
  @Action('SubjectAccess')
  async access(
    @Param('kind') kind: string,
    @Param('id') id: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SubjectAccessAnswer> {
    const person = valid(Person, { kind, id });
    const document = await subjectAccess(this.platform, person);
    const persons = await personsIn(this.platform, document);
    await this.platform.accessLog.record(principalOf(response), 'SubjectAccess', persons, reasonOf(request));
    return document;
  }

  /** People whose retention period has ended, and why some of them are not erased. */
  @Get('retention')
  @Action('ErasePerson')
  async due(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<DueAnswer> {
    const items = await recordsDue(this.platform, this.platform.now().slice(0, 10));
    const people = items.map(({ id }) => id);
    await this.platform.accessLog.record(principalOf(response), 'Retention', people, reasonOf(request));
    return { items };
  }
}

class Person {
  @IsOneOf(personKindNames) kind!: PersonKindName;
  @IsText('', 100) id!: string;
}
