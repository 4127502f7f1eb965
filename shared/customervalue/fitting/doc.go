// Package fitting finds the numbers of package customervalue's models in a shop's orders:
// how its customers order ([FitOrders]), what they spend ([FitSpending]), the season and
// the calibration ([Learner]). It also says how accurate the forecasts were ([customervalue.Report]).
//
// A night does this, and tools do. The functions that forecast import the models only: the
// search needs gonum's matrices (docs/decisions/0111).
package fitting
