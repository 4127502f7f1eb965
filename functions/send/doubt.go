package main

import "regulars/shared/claim"

// unknown is the code of the reason for which a send waits although an attempt
// of it may have gone: SES's answer was lost, and no event told of it. settle
// writes it for what the customer needs to know, which is sent again.
const unknown = "unknown"

// doubtful reports whether an earlier attempt of the send may be in the
// customer's inbox. Whatever becomes of the next one, nothing is given back
// then, because the coupon may be there too; and where it ends, it is LOST, the
// one end which an event that comes after all can still raise.
func (s *sending) doubtful() bool {
	return s.stored.Unheard > 0
}

// doubting returns why a send waits or ends, with the doubt kept in it: until the
// send ends, whoever takes it up next has to know.
func (s *sending) doubting(why claim.Reason) claim.Reason {
	if !s.doubtful() {
		return why
	}
	return claim.Reason{Code: unknown, Text: why.Text + "; nothing was heard of an attempt before, which may have arrived"}
}
