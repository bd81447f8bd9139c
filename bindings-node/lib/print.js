'use strict';

/** Prints a line. A terminal or a pipe that is gone ends neither the program nor what comes behind this line. */
function print(stream, text) {
  // Without a listener the failure of this write, which is told as an event, would be an uncaught exception.
  const ignore = () => {};
  const letGo = () => stream.off('error', ignore);
  stream.on('error', ignore);
  try {
    // The event comes after the callback.
    stream.write(`${text}\n`, (problem) => (problem ? setImmediate(letGo) : letGo()));
  } catch {
    letGo();
  }
}

module.exports = { print };
