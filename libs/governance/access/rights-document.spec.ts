import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rightsDocument } from './rights-document';

describe('the table of rights', () => {
  it('matches the page that officers review (npm run docs:rights)', () => {
    expect(rightsDocument()).toBe(readFileSync(join(__dirname, '../../../docs/rights.md'), 'utf8'));
  });
});
