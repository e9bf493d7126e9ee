#!/usr/bin/env -S node --disable-warning=TimeoutNegativeWarning
// Node 24 warns of a timer of kafkajs that is due already.
import '../dist/main.js';
