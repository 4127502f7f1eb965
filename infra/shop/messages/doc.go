// Package messages is the mail templates of the example shop: one folder for each
// message, with its MJML and text bodies and its strings in each language. It has
// no code; its tests render every message and compare the mails with golden files.
package messages
