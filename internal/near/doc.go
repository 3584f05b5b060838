// Package near has memory brought near before it is needed.
package near
