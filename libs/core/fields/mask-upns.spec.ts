import { maskUpns } from './mask-upns';

const UPN = 'H801200001001';

describe('without pupils’ numbers', () => {
  it('a field that is one keeps its end, which tells two apart', () => {
    expect(maskUpns(UPN)).toBe('*001');
    expect(maskUpns('T80640122400B')).toBe('*00B');
  });

  it('a text that quotes one does not say it, nor what looks like one and is mistyped', () => {
    expect(maskUpns(`Was ${UPN} before.`)).toBe('Was [UPN] before.');
    expect(maskUpns('H801200001002')).toBe('[UPN]');
  });

  it('masks UPNs at any depth of a document, and leaves the rest unchanged', () => {
    const document = {
      ...{ upn: UPN, count: 1, none: null, yes: true },
      inner: { list: [UPN, { note: `It is ${UPN}.` }, 2], empty: {} },
    };
    expect(maskUpns(document)).toStrictEqual({
      ...{ upn: '*001', count: 1, none: null, yes: true },
      inner: { list: ['*001', { note: 'It is [UPN].' }, 2], empty: {} },
    });
    expect(document.upn).toBe(UPN);
  });
});
