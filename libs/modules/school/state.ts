/** A school's entry in the Department for Education's register of schools, and its area. */
export interface SchoolDetails {
  readonly name: string;
  /** Three-digit local authority code; with the establishment number it makes the LAESTAB. Kept as text. */
  readonly localAuthorityCode: string;
  readonly localAuthority: string;
  readonly establishmentNumber: string;
  readonly phase: string;
  readonly status: string;
  /** Government office region, such as `North West`. */
  readonly region: string;
  /** The programme's area, such as `hastings`: not a local authority. */
  readonly area: string;
  readonly areaName: string;
  /** URN of this school before it became an academy. */
  readonly predecessor?: string;
}

export interface School {
  readonly details?: SchoolDetails;
  /** Ids of the programmes that the school has joined and not left. */
  readonly programmes: readonly string[];
  /** Ids of the programmes that the school has left. */
  readonly left: readonly string[];
}
