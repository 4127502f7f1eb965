package recommend

// ModelName is the name under which [Model] is stored.
const ModelName = "model"

// Model is what a night of learning publishes beside the catalogue's rows. The
// zero Model is that of a shop which has learned nothing yet.
type Model struct {
	Version   string    `json:"version"`   // RFC 3339 time of learning; in every explanation
	Popular   []Popular `json:"popular"`   // what was sold most of late
	Customers int       `json:"customers"` // whose orders were learned from
	Products  int       `json:"products"`  // that got neighbours
}
