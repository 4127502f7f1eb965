// Package cadence decides whether a message may go to a customer now.
package cadence
