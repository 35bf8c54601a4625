/** Components of one document; an image of many gigabytes has some thousand packages. */
export const mostComponents = 250_000;
