package shop

// Identifiers. Each is opaque: it is compared and stored, never taken apart.
type (
	CustomerID string // the shop's own; guests are "guest:" and a hash of their address
	OrderID    string // the shop's own
	ProductID  string // the shop's own (a SKU, or a Shopify product)
	CampaignID string // the name of a campaign's file
	OfferID    string // the name of an offer's file
	MessageID  string // the name of a message's folder
	SendID     string // see campaign.Intent.SendID
	EventID    string // the producer's; for the trail only, never for deciding
)
