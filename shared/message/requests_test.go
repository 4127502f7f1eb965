package message_test

import (
	"slices"
	"testing"

	"regulars/shared/message"
)

func TestRequestsFindsWhatAMailProgramLoads(t *testing.T) {
	const evil = "https://evil.example/x?a=1&b=2"
	for name, part := range map[string]string{
		"a style sheet":              `<link href="https://evil.example/x?a=1&amp;b=2" rel="stylesheet">`,
		"a style sheet, rel first":   `<LINK rel='stylesheet' HREF='https://evil.example/x?a=1&amp;b=2'>`,
		"an import":                  `<style>@import url(https://evil.example/x?a=1&b=2);</style>`,
		"an import without url":      `<style>@import "https://evil.example/x?a=1&b=2";</style>`,
		"a font":                     `<style>@font-face { src: url( 'https://evil.example/x?a=1&b=2' ) }</style>`,
		"a picture":                  `<img alt="" src="https://evil.example/x?a=1&amp;b=2">`,
		"a picture without quotes":   `<img src=https://evil.example/x?a=1&amp;b=2 alt="">`,
		"a ground":                   `<td background="https://evil.example/x?a=1&amp;b=2">`,
		"a ground in a style":        `<td style="background:#fff url(https://evil.example/x?a=1&amp;b=2)">`,
		"a picture for Outlook only": `<!--[if mso]><v:fill type="frame" src="https://evil.example/x?a=1&amp;b=2"/><![endif]-->`,
	} {
		if got := message.Requests(part); !slices.Equal(got, []string{evil}) {
			t.Errorf("%s: Requests = %q, want %s", name, got, evil)
		}
	}
	for name, part := range map[string]string{
		"a link":      `<a href="https://evil.example/x">x</a>`,
		"a namespace": `<html xmlns:v="urn:schemas-microsoft-com:vml">`,
		"a text":      `<p>Write src or url: we load nothing.</p>`,
	} {
		if got := message.Requests(part); len(got) > 0 {
			t.Errorf("%s: Requests = %q, want none", name, got)
		}
	}
}
