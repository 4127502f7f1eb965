package offer

import "encoding/json"

// Terms returns what a coupon of this version promises, as JSON of an [Offer]:
// the effect, the lines that it is on, and its limits at the checkout. They are
// stored when the version is published and must not change after that.
// Everything else (who may have the offer, how long, how many) may change.
func (o Offer) Terms() []byte {
	promised := Offer{
		ID: o.ID, Version: o.Version, On: o.On, Effect: o.Effect,
		Minimum: o.Minimum, AtMost: o.AtMost, Margin: o.Margin, Stacks: o.Stacks,
	}
	b, err := json.Marshal(promised)
	if err != nil {
		panic("offer: " + err.Error()) // it has plain data only
	}
	return b
}
