// Package messages is the mail templates of the example shop: one folder for each
// message, with its MJML and text bodies and its strings in each language. Its
// code is the scenes: data from which every message is rendered, for the tests,
// which compare the mails with golden files, and for make mail-pictures.
package messages
