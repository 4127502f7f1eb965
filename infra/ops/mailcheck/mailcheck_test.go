package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/miekg/dns"
	"pgregory.net/rapid"
)

// fixture returns a zone file's records with those of the good zone that are of
// the other kinds, its arguments, and the findings that it wants, as
// "level: beginning of the sentence".
func fixture(t *testing.T, file string) (zone string, args, want []string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	args = strings.Fields("-selector k3jq5n4c7xw2m6rbz8vt1yhd9gfapsle -mail-from bounce.shop.example shop.example")
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if text, is := strings.CutPrefix(line, "; args "); is {
			args = strings.Fields(text)
		}
		if text, is := strings.CutPrefix(line, "; want "); is {
			want = append(want, text)
		}
	}
	kind, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".zone"), "-")
	zone = string(data)
	for _, part := range []string{"spf", "dkim", "dmarc", "bimi"} {
		if part == kind {
			continue
		}
		good, err := os.ReadFile(filepath.Join("testdata", "good", part+".zone"))
		if err != nil {
			t.Fatal(err)
		}
		zone += string(good)
	}
	return zone, args, want
}

// check runs the command on a zone's text. It returns its output.
func check(t *testing.T, zone string, args ...string) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "test.zone")
	if err := os.WriteFile(file, []byte(zone), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err := run(t.Context(), append([]string{"-zone", file}, args...), strings.NewReader(""), &out)
	if err != nil && !errors.Is(err, errBroken) {
		t.Fatal(err)
	}
	return out.String(), err
}

// foundIn returns the findings of a report that are not ok, as "level: sentence".
func foundIn(report string) (found []string) {
	for line := range strings.Lines(strings.ReplaceAll(report, "\n           ", " ")) {
		for _, l := range []level{note, warning, broken} {
			if text, is := strings.CutPrefix(line, "  "+string(l)+" "); is {
				found = append(found, string(l)+": "+strings.TrimSpace(text))
			}
		}
	}
	return found
}

// Each zone file of testdata is named after its fault, and lists the findings
// that it must have: these and no others.
func TestEachFaultIsFound(t *testing.T) {
	files, err := filepath.Glob("testdata/*.zone")
	if err != nil || len(files) < 95 {
		t.Fatalf("%d zone files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".zone"), func(t *testing.T) {
			zone, args, want := fixture(t, file)
			out, err := check(t, zone, args...)
			found := foundIn(out)
			if !slices.EqualFunc(found, want, strings.HasPrefix) {
				t.Errorf("found\n%s\nwant\n%s\n\n%s", strings.Join(found, "\n"), strings.Join(want, "\n"), out)
			}
			fails := slices.ContainsFunc(want, func(w string) bool { return strings.HasPrefix(w, string(broken)) })
			if (err != nil) != fails {
				t.Errorf("the command ends with %v; it must fail: %v", err, fails)
			}
		})
	}
}

// A finding that is not ok says why it matters; a warning or something broken
// says what to set, unless it could not be read.
func TestEachFindingSaysWhyAndWhatToSet(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.zone")
	for _, file := range files {
		zone, args, _ := fixture(t, file)
		look, err := readZone(strings.NewReader(zone), file, "shop.example")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range judge(senderOf(t, args), look).parts {
			for _, f := range p.findings {
				if f.level != ok && f.why == "" || (f.level == warning || f.level == broken) && len(f.set) == 0 && !strings.Contains(f.what, "could not be read") {
					t.Errorf("%s: %q has the reason %q and sets %q", file, f.what, f.why, f.set)
				}
			}
		}
	}
}

// senderOf reads the arguments of a fixture.
func senderOf(t *testing.T, args []string) sender {
	t.Helper()
	s := sender{from: args[len(args)-1]}
	s.dkimDomain = s.from
	for i := 0; i+2 < len(args); i += 2 {
		switch args[i] {
		case "-selector":
			s.selectors = []string{args[i+1]}
		case "-mail-from":
			s.mailFrom = args[i+1]
		case "-dkim-domain":
			s.dkimDomain = args[i+1]
		default:
			t.Fatalf("the argument %s is not known", args[i])
		}
	}
	return s
}

func TestGoodZoneHasNoFinding(t *testing.T) {
	zone, args, _ := fixture(t, "testdata/good/spf.zone")
	out, err := check(t, zone, args...)
	if found := foundIn(out); err != nil || len(found) != 0 {
		t.Errorf("%v, %q\n%s", err, found, out)
	}
	if strings.Contains(out, "\x1b") {
		t.Error("the output has colour codes")
	}
	for _, want := range []string{
		`read     bounce.shop.example. TXT "v=spf1 include:amazonses.com ~all"`,
		"ok       1 of 10 lookups",
		"ok       selector k3jq5n4c7xw2m6rbz8vt1yhd9gfapsle: an RSA key of 2048 bits",
		"ok       DKIM: d=shop.example is aligned (relaxed)",
		"ok       SPF: MAIL FROM bounce.shop.example is aligned (relaxed)",
		"0 broken, 0 warnings",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the output has no %q:\n%s", want, out)
		}
	}
}

func TestControlCharactersOfARecordAreEscaped(t *testing.T) {
	zone, args, _ := fixture(t, "testdata/good/dmarc.zone")
	zone = strings.Replace(zone, "v=spf1 ~all", "v=spf1 \\027[31m ~all", 1)
	if out, _ := check(t, zone, args...); strings.Contains(out, "\x1b") {
		t.Errorf("the output has the escape character of a record:\n%q", out)
	}
}

// The check ends with any records, and prints no control characters.
func TestAnyRecordsAreJudged(t *testing.T) {
	pieces := []string{
		"v=spf1", "v=DMARC1", "v=BIMI1", "v=DKIM1", " ", ";", "=", "include:", "shop.example", "bounce.shop.example", "redirect=", "+all",
		"?all", "mx", "a:", "/24", "ip4:", "192.0.2.1", "p=", "none", "reject", "sp=", "pct=", "rua=mailto:", "a@b.example", ",", "k=rsa",
		"MIIB", "l=https://", "a=", "%{i}", "\x1b[31m", "\x00", "\xff", "é", "\u202e", "\n",
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.Map(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12), func(p []string) string { return strings.Join(p, "") })
		answers := map[string][]string{}
		look := func(kind recordKind, name string) ([]string, error) {
			key := string(kind) + name
			if _, there := answers[key]; !there {
				answers[key] = rapid.SliceOfN(text, 0, 2).Draw(t, key)
			}
			if len(answers[key]) == 0 {
				return nil, errAbsent
			}
			return answers[key], nil
		}
		s := sender{from: "news.shop.example", dkimDomain: "shop.example", mailFrom: "bounce.shop.example", selectors: []string{"s"}}
		var out strings.Builder
		judge(s, look).print(&out, s, "nothing")
		for _, r := range out.String() {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Fatalf("the output has the character %q", r)
			}
		}
	})
}

// The records that the check says to set are those of a domain without
// findings.
func TestRecordsToSetAreGood(t *testing.T) {
	bare := "amazonses.com. TXT \"v=spf1 ip4:199.255.192.0/22 -all\"\nwww.shop.example. A 192.0.2.1\n"
	key, err := os.ReadFile("testdata/good/dkim.zone")
	if err != nil {
		t.Fatal(err)
	}
	_, keyOfSES, _ := strings.Cut(string(key), "\n")
	_, args, _ := fixture(t, "testdata/spf-missing.zone")
	zone := bare + keyOfSES
	out, err := check(t, zone, args...)
	if err == nil {
		t.Fatal("a domain without records has no fault")
	}
	for line := range strings.Lines(out) {
		if record, is := strings.CutPrefix(line, "  set      "); is && !strings.Contains(record, "_bimi") {
			record, _, _ = strings.Cut(record, " (")
			zone += strings.TrimSpace(record) + "\n"
		}
	}
	out, err = check(t, zone, args...)
	want := []string{"warning: the policy is none", "note: there is no BIMI record"}
	if found := foundIn(out); err != nil || !slices.EqualFunc(found, want, strings.HasPrefix) {
		t.Errorf("with the records set: %v, %q\n%s", err, found, out)
	}
}

// The records that docs/deliverability.md says to set are judged as good. Those
// of SES are not in its zone.
func TestRecordsOfTheGuideAreGood(t *testing.T) {
	guide, err := os.ReadFile("../../../docs/deliverability.md")
	if err != nil {
		t.Fatal(err)
	}
	_, zone, _ := strings.Cut(string(guide), "```zone\n")
	zone, _, closed := strings.Cut(zone, "```")
	if !closed {
		t.Fatal("the guide has no zone")
	}
	out, err := check(t, zone, "-selector", "k3jq5n4c7xw2m6rbz8vt1yhd9gfapsle,m2q7r4t6y8u1i3o5p9a2s4d6f8g1h3j5,z9x8c7v6b5n4m3a2s1d9f8g7h6j5k4l3",
		"-mail-from", "bounce.shop.example.com", "shop.example.com")
	want := []string{
		"note: amazonses.com is not in the zone file",
		"note: k3jq5n4c7xw2m6rbz8vt1yhd9gfapsle.dkim.amazonses.com is not",
		"note: m2q7r4t6y8u1i3o5p9a2s4d6f8g1h3j5.dkim.amazonses.com is not",
		"note: z9x8c7v6b5n4m3a2s1d9f8g7h6j5k4l3.dkim.amazonses.com is not",
	}
	if found := foundIn(out); err != nil || !slices.EqualFunc(found, want, strings.HasPrefix) {
		t.Errorf("%v, %q\n%s", err, found, out)
	}
}

func TestIdentityOfSESGivesSelectorsAndMailFrom(t *testing.T) {
	zone, _, _ := fixture(t, "testdata/good/spf.zone")
	const answer = `{"VerifiedForSendingStatus": true,
	  "DkimAttributes": {"SigningEnabled": %E, "Status": "%S", "Tokens": ["k3jq5n4c7xw2m6rbz8vt1yhd9gfapsle"]},
	  "MailFromAttributes": {"MailFromDomain": "bounce.shop.example", "MailFromDomainStatus": "%S"}}`
	for name, c := range map[string]struct {
		enabled, status string
		want            []string
	}{
		"all well":       {"true", "SUCCESS", nil},
		"still pending":  {"true", "PENDING", []string{"warning: SES has not found its DKIM records yet", "warning: SES has not accepted the MAIL FROM domain"}},
		"signing is off": {"false", "SUCCESS", []string{"broken: SES does not sign"}},
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "zone")
		if err := os.WriteFile(file, []byte(zone), 0o600); err != nil {
			t.Fatal(err)
		}
		in := strings.NewReplacer("%E", c.enabled, "%S", c.status).Replace(answer)
		var out bytes.Buffer
		answerFile := filepath.Join(dir, "identity.json")
		if err := os.WriteFile(answerFile, []byte(in), 0o600); err != nil {
			t.Fatal(err)
		}
		err := run(t.Context(), []string{"-zone", file, "-identity", answerFile, "shop.example"}, strings.NewReader(""), &out)
		var piped bytes.Buffer
		_ = run(t.Context(), []string{"-zone", file, "-identity", "-", "shop.example"}, strings.NewReader(in), &piped)
		if piped.String() != out.String() {
			t.Errorf("%s: the standard input is read as\n%s\nthe file as\n%s", name, piped.String(), out.String())
		}
		if err != nil && !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
		if found := foundIn(out.String()); !slices.EqualFunc(found, c.want, strings.HasPrefix) {
			t.Errorf("%s: found %q, want %q\n%s", name, found, c.want, out.String())
		}
	}
}

func TestArgumentsThatCannotBeAreRefused(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.zone")
	wrong := filepath.Join(t.TempDir(), "wrong.zone")
	if os.WriteFile(empty, []byte("; nothing\n"), 0o600) != nil || os.WriteFile(wrong, []byte("a. TXT \"open\n"), 0o600) != nil {
		t.Fatal("cannot write")
	}
	for want, args := range map[string][]string{
		"name the domain":                {},
		"make mail-check DOMAIN=":        {""},
		"is a public suffix":             {"co.uk"},
		"is no domain":                   {"https://shop.example"},
		"DOMAIN \"hello@shop.example\"":  {"hello@shop.example"},
		"-mail-from \"bounce\" is no":    {"-mail-from", "bounce", "shop.example"},
		"-dkim-domain \"x\" is no":       {"-dkim-domain", "x", "shop.example"},
		"open the zone file":             {"-zone", "testdata/nothing", "shop.example"},
		"has no records":                 {"-zone", empty, "shop.example"},
		"read the zone file":             {"-zone", wrong, "shop.example"},
		"the SES identity is not the JS": {"-identity", "-", "shop.example"},
	} {
		err := run(t.Context(), args, strings.NewReader("An error occurred"), &bytes.Buffer{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", args, err, want)
		}
	}
}

func TestAlignment(t *testing.T) {
	for _, c := range []struct {
		from, proven    string
		relaxed, strict bool
	}{
		{"shop.example", "shop.example", true, true},
		{"news.shop.example", "shop.example", true, false},
		{"shop.example", "bounce.shop.example", true, false},
		{"a.shop.co.uk", "b.shop.co.uk", true, false},
		{"one.co.uk", "two.co.uk", false, false},
		{"shop.example", "notshop.example", false, false},
		{"one.myshopify.com", "two.myshopify.com", false, false}, // a private suffix
	} {
		if got := aligned(c.from, c.proven, false); got != c.relaxed {
			t.Errorf("%s with %s, relaxed: %v", c.from, c.proven, got)
		}
		if got := aligned(c.from, c.proven, true); got != c.strict {
			t.Errorf("%s with %s, strict: %v", c.from, c.proven, got)
		}
	}
}

func TestWildcardOfAZoneHolds(t *testing.T) {
	look, err := readZone(strings.NewReader("*.shop.example. TXT \"wild\"\nmail.shop.example. A 192.0.2.1\nx.deep.shop.example. A 192.0.2.1\n"), "test", "shop.example")
	if err != nil {
		t.Fatal(err)
	}
	for name, there := range map[string]bool{
		"any.shop.example": true, "two.any.shop.example": true,
		"mail.shop.example": false, "below.mail.shop.example": false, "deep.shop.example": false,
	} {
		if values, err := look(txt, name); (err == nil && slices.Equal(values, []string{"wild"})) != there {
			t.Errorf("%s: %q, %v", name, values, err)
		}
	}
}

// A name server that does not answer is no proof of a missing record.
func TestNameServerThatDoesNotAnswerIsBroken(t *testing.T) {
	silent := func(recordKind, string) ([]string, error) {
		return nil, &net.DNSError{Err: "server misbehaving", Name: "shop.example", IsTemporary: true}
	}
	r := judge(sender{from: "shop.example", dkimDomain: "shop.example", mailFrom: "bounce.shop.example", selectors: []string{"s"}}, silent)
	for _, p := range r.parts {
		for _, f := range p.findings {
			if strings.Contains(f.what, "there is no") {
				t.Errorf("%s: %q", p.title, f.what)
			}
		}
	}
	if r.count(broken) < 5 {
		t.Errorf("%d broken, want one for each record", r.count(broken))
	}
}

// The answers of a name server are judged as a zone file with the same records.
func TestResolverReadsWhatAZoneFileHolds(t *testing.T) {
	zone, args, _ := fixture(t, "testdata/spf-three-void-lookups.zone")
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{PacketConn: socket, Handler: serve(t, zone)}
	go server.ActivateAndServe()
	t.Cleanup(func() { server.Shutdown() })

	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", socket.LocalAddr().String())
	}}
	offline, err := readZone(strings.NewReader(zone), "test", "shop.example")
	if err != nil {
		t.Fatal(err)
	}
	s := senderOf(t, args)
	var online, want bytes.Buffer
	judge(s, lookUp(t.Context(), resolver)).print(&online, s, "it")
	judge(s, offline).print(&want, s, "it")
	if online.String() != want.String() {
		t.Errorf("from a name server:\n%s\nfrom the zone file:\n%s", online.String(), want.String())
	}
}

// serve answers with the records of a zone file and, for a CNAME, with those of
// its target.
func serve(t *testing.T, zone string) dns.HandlerFunc {
	var records []dns.RR
	p := dns.NewZoneParser(strings.NewReader(zone), "", "")
	p.SetDefaultTTL(300)
	for rr, more := p.Next(); more; rr, more = p.Next() {
		records = append(records, rr)
	}
	if p.Err() != nil {
		t.Fatal(p.Err())
	}
	return func(w dns.ResponseWriter, q *dns.Msg) {
		answer := new(dns.Msg).SetReply(q)
		name := q.Question[0].Name
		for range 2 {
			for _, rr := range records {
				if !strings.EqualFold(rr.Header().Name, name) {
					continue
				}
				if alias, is := rr.(*dns.CNAME); is {
					answer.Answer = append(answer.Answer, rr)
					name = alias.Target
				} else if rr.Header().Rrtype == q.Question[0].Qtype && !slices.Contains(answer.Answer, rr) {
					answer.Answer = append(answer.Answer, rr)
				}
			}
		}
		if len(answer.Answer) == 0 {
			answer.Rcode = dns.RcodeNameError
		}
		w.WriteMsg(answer)
	}
}
