package trial

// Progress takes what is being done and how far it is: done of of. of is 0 if
// the whole amount is not known, and so is done if nothing is counted. It is
// called often.
type Progress func(what string, done, of int)

// Step reports a step of [Method].Fit to Progress.
func (p *Past) Step(what string, done, of int) {
	if p.Progress != nil {
		p.Progress(what, done, of)
	}
}
