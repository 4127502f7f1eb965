// Package pricing computes the discounts, the taxes and the total of a cart, in
// whole minor units, so that all sums are exact.
//
// All amounts are in the cart's one currency, so currencies with 0, 2 and 3
// decimals are treated alike. No amount is a float, and there is one rule for
// fractions:
//
//	A discount is computed over all lines that it is on, at once, and a fraction
//	of a minor unit is dropped, in the shop's favour. Then it is spread over those
//	lines in proportion to what they cost so far, each share rounded down, and the
//	remaining minor units go one by one to the largest fractions (the method of
//	largest remainders); of equal fractions, to the line that sorts first by
//	product, price, units and cost, and last by its ID.
//
// So the shares add up to the discount exactly, the order and the IDs of lines
// make no difference, and no line falls below zero or below its floor.
//
// # Tax
//
// Either all prices include the tax, or it is added to all of them
// ([Cart.TaxAdded]); a discount does the same, and lowers what is taxed. The
// tax of a line is computed from what the line costs after all discounts, at
// its rate, and rounded once for each rate: see tax.go. A line without a rate
// has no tax.
//
// # Which discounts can be combined
//
// Each deal has a stacking class. Of one class only the best one is taken;
// deals of different classes add up, in the order of their rank, each on what
// those before it leave. A deal of the class [Alone] cannot be combined: it is
// taken if it is worth more than all the others together. A [Deal.Tender] is a
// way to pay and not a discount: it is combined with every deal, after all of
// them.
package pricing
