// Package check holds tests of the files in deploy: they are decoded strictly by the types of those who read them, and run. It is
// a module of its own, so that nobody who embeds Holdfast gets what these types need.
package check
