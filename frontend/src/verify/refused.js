/** A sentence of `sentences.js` with its values; what it says is put into words in the reader's language. */
export class Phrase {
  /** @param {string} sentence @param {...unknown} values */
  constructor(sentence, ...values) {
    this.sentence = sentence;
    this.values = values;
  }
}

/** Bytes are not as specified, for the reason that a sentence of `sentences.js` gives. */
export class Refused extends Error {
  /** @param {string} sentence @param {...unknown} values */
  constructor(sentence, ...values) {
    super(sentence);
    this.sentence = sentence;
    this.values = values;
  }
}

/** Right or wrong is not known here, for the reason that a sentence of `sentences.js` gives. */
export class LeftOut extends Refused {}

/** The file is not a bundle at all (bundle §2). */
export class NotABundle extends Refused {}
