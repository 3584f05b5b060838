// Package policy says who may do what in which channel, and how much. A server asks it for every subscription and every publish;
// it decides nothing by itself, and has no clock: whoever asks says what time it is.
package policy
