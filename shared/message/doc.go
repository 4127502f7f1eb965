// Package message turns what was decided into words: a subject, an HTML part
// and a text part, in the customer's language.
//
// A message is a folder of the shop's policy:
//
//	thanks/message.yaml   class, tags, languages, subject
//	thanks/body.mjml      the HTML part: MJML with Liquid in it
//	thanks/body.txt       the text part: Liquid
//	thanks/en.yaml …      its strings, one file for each language
//	_layout/              what all messages share: partials, and strings again
//
// It lives twice. [Load] reads the folders, compiles the MJML, renders every
// message in every language with every kind of data, and names all faults at
// once; what it returns is published. [Set.Render] works from the published
// form alone: it needs no files and no MJML compiler, reads no clock, and gives
// the same bytes for the same data. So a missing string fails the publish,
// never the send.
//
// Everything that a customer or a catalogue wrote is data: it is cleaned of
// control characters and template marks, escaped in HTML, and never read as a
// template. [Lint] looks at each rendered message once more before it is sent.
//
// What templates can say is written down in docs/messages.md.
package message
