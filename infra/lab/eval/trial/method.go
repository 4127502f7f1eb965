package trial

// Mode says which products a list may predict.
type Mode string

const (
	Next Mode = "next" // the next order, products bought before included
	New  Mode = "new"  // only products that the customer never bought
)

// Method is a recommender to measure.
type Method interface {
	// Name says what the method is, in a few words, with its important parameters.
	Name() string

	// Fit learns. It is called once, before Rank. It fails if the past is larger
	// than the method can hold; the error says what would fit.
	Fit(past *Past) error

	// Rank returns up to k items, best first, each once, for a customer with this
	// history at past.Now. In mode New none of them is in history. The same
	// arguments give the same list. history may be empty.
	Rank(history []Order, mode Mode, k int) ([]Item, error)
}

// Entry is a method with the modes in which it is measured.
type Entry struct {
	Method
	Modes []Mode

	// Base is fitted first, once for all entries that have it; its time counts in
	// each of theirs. Most methods need none.
	Base Method
}

// Both are all modes.
var Both = []Mode{Next, New}
