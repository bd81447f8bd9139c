'use strict';

/** How many writes are under way, by stream. One listener is for all: many look like a leak to Node. */
const underWay = new Map();

const ignore = () => {};

/** Prints a line. A terminal or a pipe that is gone ends neither the program nor what comes behind this line. */
function print(stream, text) {
  begin(stream);
  try {
    // A failure is told once more, as an event, and that after the callback.
    stream.write(`${text}\n`, (problem) => (problem ? setImmediate(end, stream) : end(stream)));
  } catch {
    end(stream);
  }
}

/** Without a listener the failure of a write would be an uncaught exception. */
function begin(stream) {
  const writes = underWay.get(stream) ?? 0;
  if (writes === 0) stream.on('error', ignore);
  underWay.set(stream, writes + 1);
}

function end(stream) {
  const writes = underWay.get(stream) - 1;
  underWay.set(stream, writes);
  if (writes > 0) return;
  stream.off('error', ignore);
  underWay.delete(stream);
}

module.exports = { print };
