'use strict';

module.exports = require('./lib/legacy/index.js');
