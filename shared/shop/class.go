package shop

// Class ranks messages: where several compete, the one with the lower rank wins.
type Class string

const (
	ClassSafety    Class = "safety"    // a recall
	ClassService   Class = "service"   // a delay notice, a receipt
	ClassRecovery  Class = "recovery"  // an apology
	ClassPromise   Class = "promise"   // a coupon earned, a survey
	ClassPromotion Class = "promotion" // everything that the shop wants more than the customer does
)

// Classes lists every class, best rank first.
var Classes = []Class{ClassSafety, ClassService, ClassRecovery, ClassPromise, ClassPromotion}

// Rank returns the class's place in Classes, 0 being the strongest; an unknown
// class ranks behind all.
func (c Class) Rank() int {
	for i, known := range Classes {
		if c == known {
			return i
		}
	}
	return len(Classes)
}
