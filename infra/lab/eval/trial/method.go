package trial

// Mode is the question that a list answers.
type Mode string

const (
	Next Mode = "next" // the next order, things bought before included
	New  Mode = "new"  // only what the customer never bought
)

// Method is a recommender on trial.
type Method interface {
	// Name says what it is, in a few words, with the parameters that matter.
	Name() string

	// Fit learns. It is called once, before Rank. It fails where the past is
	// more than the method can hold, and says what would fit.
	Fit(past *Past) error

	// Rank returns up to k items, best first, each once, for a customer with this
	// history at past.Now. In mode New none of them is in history. The same
	// arguments give the same list. history may be empty.
	Rank(history []Order, mode Mode, k int) ([]Item, error)
}

// Entry is a method with the questions it is asked.
type Entry struct {
	Method
	Modes []Mode

	// Upon is learned first, once for all entries that name it; its time counts
	// in each of theirs. Most methods need none.
	Upon Method
}

// Both are all questions.
var Both = []Mode{Next, New}
