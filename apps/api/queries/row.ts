import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { type RowAtPosition, rowAtPosition } from '@waymark/operations';
import { Platform } from '@waymark/platform';
import { GetRow } from './questions';

@QueryHandler(GetRow)
export class GetRowHandler implements IQueryHandler<GetRow> {
  constructor(private readonly platform: Platform) {}

  execute({ view, key, position }: GetRow): Promise<RowAtPosition> {
    return rowAtPosition(this.platform, view, key, { position });
  }
}
