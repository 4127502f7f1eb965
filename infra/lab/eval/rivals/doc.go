// Package rivals holds the rival methods: the recommenders that the built-in
// engine is compared with, each as its authors describe it, in simple code, so
// that the comparison can be checked. None of them ships.
//
// Their parameters are the same for every data set, except those of
// [TunedTIFU]. Ties are decided by
// popularity (how many orders have the item), then by the smaller ID. If a
// method has no further items, popular ones follow.
package rivals

import "regulars/infra/lab/eval/trial"

// All returns the rival methods with the modes that each was made for.
func All() []trial.Entry {
	ease := &EASE{Lambda: 300}
	next, fresh := []trial.Mode{trial.Next}, []trial.Mode{trial.New}
	return []trial.Entry{
		{Method: &Popular{}, Modes: trial.Both},
		{Method: &Popular{Days: 14}, Modes: fresh},
		{Method: &Frequency{}, Modes: next},
		{Method: &TunedTIFU{TIFU: published}, Modes: next},
		{Method: &CoPurchase{Keep: 20}, Modes: fresh},
		{Method: &PersonalEASE{EASE: ease, Like: 3, Popular: .03}, Modes: next, Base: ease},
		{Method: ease, Modes: fresh},
		{Method: &CutEASE{EASE: ease, Keep: 20}, Modes: fresh, Base: ease},
	}
}
