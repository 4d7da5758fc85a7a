import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import { check, invalid } from '@waymark/core/fields';
import type { FieldError } from '@waymark/core/kernel';

class NoQueryParameters {}

/** The error of a request that has query parameters although its route has none. */
export const parameterErrors = ({ query }: Pick<Request, 'query'>): readonly FieldError[] =>
  check(NoQueryParameters, query, 'parameter').errors;

/** Refuses requests with query parameters, for routes that have none: `INVALID_FIELDS`. */
@Injectable()
export class NoParameters implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): ReturnType<CallHandler['handle']> {
    const errors = parameterErrors(context.switchToHttp().getRequest<Request>());
    if (errors.length > 0) throw invalid(errors);
    return next.handle();
  }
}
