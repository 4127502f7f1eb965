// Package journey holds journeys and decides how a customer moves through one.
//
// A journey is a file of steps: messages, waits, conditions, branches and splits.
// An event or a run lets customers enter it; a goal ([Journey.Until]) or an exit
// ([Journey.Unless]) ends it for a customer early. Each message step is a
// campaign of its own, named by [StepID], so that caps, quiet hours, holdouts,
// halts and reports apply to it as to any other.
//
// A [Position] is where one customer is in one journey. [Journey.Advance] moves it
// as far as it goes at one time and returns the message steps that it passes. It
// is a pure function, and each message step that it returns makes the same send
// whenever it is returned again ([Position.Intent]): so a caller that puts the
// messages on the queue first and stores the position afterwards skips no step and
// sends none twice, wherever it dies (docs/decisions/0065).
package journey
