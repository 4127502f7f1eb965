// Package variant divides the customers of a campaign among its variants, says which
// variant is better, and moves customers towards the better one.
//
// A variant is one of several versions of a campaign: another subject, message,
// offer or hour. The variant of a customer is a hash ([Of]), so it is known before
// anything is decided, costs nothing, and is the same each time it is asked for.
// Variants are judged by what their customers order ([Judge]), not by opens, most
// of which come from programs that load every picture.
//
// Shares can be fixed, or [Shares] computes new ones for each batch of customers, such
// as those of a day. Batches that were assigned with different shares must not be
// added up, because days differ as well; so a [Batch] is kept for each.
package variant
