package shop

// Class is the importance of a message. Of several competing messages, the one
// with the lower rank is sent first.
type Class string

const (
	ClassSafety    Class = "safety"    // a recall
	ClassService   Class = "service"   // a delay notice, a receipt
	ClassRecovery  Class = "recovery"  // an apology
	ClassPromise   Class = "promise"   // a coupon earned, a survey
	ClassPromotion Class = "promotion" // advertising: in the interest of the shop
)

// Classes is all classes, the most important first.
var Classes = []Class{ClassSafety, ClassService, ClassRecovery, ClassPromise, ClassPromotion}

// Marketing reports whether messages of the class sell: promotions and promises.
// The others are transactional.
func (c Class) Marketing() bool { return c == ClassPromotion || c == ClassPromise }

// Rank returns the index of the class in Classes, 0 for the most important. An
// unknown class has the rank len(Classes).
func (c Class) Rank() int {
	for i, known := range Classes {
		if c == known {
			return i
		}
	}
	return len(Classes)
}
