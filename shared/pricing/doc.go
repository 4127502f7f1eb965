// Package pricing takes discounts off a cart, in a way that a bookkeeper
// accepts.
//
// All amounts are whole minor units of the cart's one currency, so currencies
// with 0, 2 and 3 decimals are the same here. Nothing is a float, and there is
// one rule for fractions:
//
//	A discount is worked out over all lines that it is on, at once, and what is
//	less than a minor unit is dropped, in the shop's favour. Then it is spread
//	over those lines in proportion to what they have left, each share rounded
//	down, and the minor units that are over go one by one to the largest
//	fractions (the method of largest remainders), of equal ones to the line
//	that sorts first by product, price, units and cost, and by its ID last.
//
// So the shares add up to the discount exactly, the order and the names of lines
// do not matter, and no line falls below zero or below its floor.
//
// # Tax
//
// Prices include the tax, or it comes on top of all of them ([Cart.TaxAdded]); a
// discount is of the same kind, and lowers what is taxed. The tax of a line is
// worked out from what the line costs in the end, at its rate, rounded once for
// each rate: see tax.go. A line without a rate has no tax that anybody told.
//
// # Which discounts go together
//
// Each deal has a stacking class. Of one class only the best one is taken; deals
// of different classes add up, in the order of their rank, each on what those
// before it have left. A deal of the class [Alone] goes with no other: it is
// taken where it is worth more than all the others together. A [Deal.Tender] is
// no discount but a way to pay: it goes with every deal, and after all of them.
package pricing
