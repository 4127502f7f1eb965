// Package training trains the re-ranker (package rerank) on a shop's own
// orders, and decides whether the shop uses it.
//
//	var sample training.Sample
//	for … { sample.Add(id, func() training.Customer { … }) } // every customer
//	outcome, err := sample.Train(products, progress)
//
// It sees the orders as the shop saw them at an earlier time, some weeks ago:
// it learns the rows of the catalogue from the orders before that time, and
// lets the engine predict, for each customer, the first order after it. No
// prediction knows what came later, of this customer or of others. Trained on
// every customer's last order instead, while others' later orders are known,
// the re-ranker promised a gain on Online Retail that the next months did not
// bring (docs/decisions/0041).
//
// Customers are divided into three parts by a hash of their ID. Each part is
// judged with weights that were trained on the other two; the weights in force
// are trained on all.
package training
