// Reads one JSON string a line and answers one JSON object a line: what
// Twilio's calculator says of that text, and the UTF-16 lengths of the graphemes
// that it never cuts, so that a difference can be traced to them.
'use strict';

const readline = require('node:readline');
const { SegmentedMessage } = require('sms-segments-calculator');

const lines = readline.createInterface({ input: process.stdin, crlfDelay: Infinity });
const answers = [];

lines.on('line', (line) => {
  const message = new SegmentedMessage(JSON.parse(line));
  const ucs2 = message.encodingName === 'UCS-2';
  answers.push(JSON.stringify({
    encoding: message.encodingName,
    segments: message.segmentsCount,
    characters: message.numberOfUnicodeScalars,
    units: message.encodedChars.reduce((sum, char) => sum + char.codeUnits.length, 0),
    graphemes: ucs2 ? message.graphemes.map((grapheme) => grapheme.length) : undefined,
  }));
});

lines.on('close', () => process.stdout.write(answers.join('\n') + '\n'));
