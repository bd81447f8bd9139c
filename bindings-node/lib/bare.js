'use strict';

const BARE = Symbol('dashclaw.bare');

/** Lets `bare` find `object` behind whatever is put around it. */
function findable(object) {
  // A function, because a Proxy that goes deep puts another one around every object that it gives away.
  Object.defineProperty(object, BARE, { value: () => object, configurable: true });
}

/** The object itself, when a method was called on a Proxy around it: that has none of its private members. */
function bare(object) {
  return object[BARE]();
}

/** The properties that others gave to `object`. */
function given(object) {
  const { [BARE]: ours, ...theirs } = Object.getOwnPropertyDescriptors(object);
  return theirs;
}

module.exports = { bare, findable, given };
