// Package message loads, checks and renders the templates of mails: a subject,
// an HTML part and a text part, in the customer's language.
//
// A message is a folder of the shop's policy:
//
//	thanks/message.yaml   class, tags, languages, subject
//	thanks/body.mjml      the HTML part: MJML with Liquid in it
//	thanks/body.txt       the text part: Liquid
//	thanks/en.yaml …      its strings, one file for each language
//	_layout/              partials and strings that all messages share
//
// Instead of bodies and strings, a message can have one text in Markdown for
// each language: birthday/en.md, and so on.
//
// The package has two uses. When a policy is published, [Load] reads the
// folders, compiles the Markdown and the MJML, renders every message in every language with
// every kind of data, and reports all faults at once. When a message is sent,
// [content.Set.Render] uses only the published form: it needs no files, no parser and
// no compiler, reads no clock, and returns the same bytes for the same data. So a
// missing string fails the publication, never the send.
//
// Texts of customers and of the catalogue are data: they are cleaned of control
// characters and template marks, escaped in HTML, and never parsed as a
// template. [Lint] checks each rendered message again before it is sent.
//
// docs/messages.md describes the variables and filters of templates.
package message
