// Package rivals holds the recommenders that the built-in engine is compared to,
// each as its authors describe it, in plain code, so that the comparison can be
// checked. None of them ships.
//
// Their parameters are the same for every set of data. Where the first items of
// a list tie, the more popular one goes first (by how many orders have it), then
// the smaller ID; where a method has nothing to say, what is popular follows.
package rivals

import "regulars/infra/lab/eval/trial"

// All returns the rivals with the questions that each was made for.
func All() []trial.Entry {
	ease := &EASE{Lambda: 300}
	next, fresh := []trial.Mode{trial.Next}, []trial.Mode{trial.New}
	return []trial.Entry{
		{Method: &Popular{}, Modes: trial.Both},
		{Method: &Popular{Days: 14}, Modes: fresh},
		{Method: &Frequency{}, Modes: next},
		{Method: &TIFU{Group: 7, Within: 1, Between: .9, Neighbours: 300, Own: .7}, Modes: next},
		{Method: &CoPurchase{Keep: 20}, Modes: fresh},
		{Method: &PersonalEASE{EASE: ease, Like: 3, Popular: .03}, Modes: next, Upon: ease},
		{Method: ease, Modes: fresh},
		{Method: &CutEASE{EASE: ease, Keep: 20}, Modes: fresh, Upon: ease},
	}
}
