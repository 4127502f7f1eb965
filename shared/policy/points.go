package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"regulars/shared/condition"
	"regulars/shared/points"
	"regulars/shared/shop"
)

const aDay = 24 * time.Hour

// readPoints reads points.yaml, which a shop without points leaves out.
func (d *desk) readPoints() (p points.Scheme) {
	if _, err := fs.Stat(d.fsys, "points.yaml"); errors.Is(err, fs.ErrNotExist) {
		return p
	}
	s := d.open("points.yaml")
	d.pointed = true
	p.Since = s.since()
	p.Earn = s.earns()
	p.Pending = time.Duration(s.must("pending_days", 0, 365, 30)) * aDay
	p.Lives = time.Duration(s.must("expire_days", 1, 3_650, 365)) * aDay
	if s != nil && p.Lives <= p.Pending {
		s.wrong("expire_days", "points would expire before they can be spent", "write more than pending_days")
	}
	if spend := s.sub("spend"); spend != nil {
		p.Spend = points.Rate{Points: spend.must("points", 1, 1_000_000, 100), Worth: spend.money("worth").Minor}
		if !spend.has("worth") {
			spend.missing("worth", fmt.Sprintf("worth: 1.00: what %d points take off", p.Spend.Points))
		}
		if _, written := spend.take("margin"); written {
			margin := spend.percent("margin", 0, 100_00)
			p.Margin = &margin
		}
		spend.done()
	}
	p.Tiers = s.steps()
	p.Window = time.Duration(s.whole("tier_window_days", 1, 3_650, 365)) * aDay
	p.Grace = time.Duration(s.whole("tier_grace_days", 0, 3_650, 90)) * aDay
	s.done()
	d.scheme = p
	return p
}

// since reads from when orders earn: the first moment of a day in the shop's zone.
func (s *sheet) since() time.Time {
	text := s.need("since", "2026-01-01: orders placed from this day on earn points")
	day, err := time.ParseInLocation(time.DateOnly, text, s.zone())
	if text != "" && err != nil {
		s.wrong("since", fmt.Sprintf("%q is not a day", text), "write it like 2026-12-24")
	}
	return day.UTC()
}

func (s *sheet) zone() *time.Location {
	if s == nil {
		return time.UTC
	}
	return s.shop.Location()
}

// earns reads what has to be spent for one point, by currency.
func (s *sheet) earns() map[shop.Currency]int64 {
	rates := map[shop.Currency]int64{}
	earn := s.sub("earn")
	if s != nil && (earn == nil || len(earn.order) == 0) {
		s.missing("earn", "earn: {GBP: 1.00}: what has to be spent for one point, by currency")
		return nil
	}
	if earn == nil {
		return nil
	}
	for _, name := range earn.order {
		text := earn.text(name)
		amount, err := condition.ParseMoney(text, shop.Currency(name))
		switch {
		case err != nil:
			earn.wrong(name, fmt.Sprintf("%s: %v", name, err), "write what has to be spent for one point, such as GBP: 1.00")
		case amount.Minor == 0:
			earn.wrong(name, name+" is nothing", "points for nothing have no end; write more")
		default:
			rates[shop.Currency(name)] = amount.Minor
		}
	}
	earn.done()
	return rates
}

// steps reads the tiers.
func (s *sheet) steps() (tiers []points.Tier) {
	for _, node := range s.list("tiers") {
		t := s.sheet(s.file, node)
		tier := points.Tier{Name: t.need("name", "silver"), From: int64(t.must("from", 0, 1_000_000_000, 500)), Named: map[string]string{}}
		if tier.Name != "" && !names.MatchString(tier.Name) {
			t.wrong("name", fmt.Sprintf("%q is no name", tier.Name), "use small letters, digits and dashes, a letter first; named is what customers read")
		}
		if slices.ContainsFunc(tiers, func(other points.Tier) bool { return other.Name == tier.Name }) {
			t.wrong("name", fmt.Sprintf("there is a tier %s before it", tier.Name), "give it a name of its own")
		}
		if n := len(tiers); n > 0 && tier.From <= tiers[n-1].From {
			t.wrong("from", "the tier begins no higher than the one before it", "write tiers in rising order")
		}
		named := t.sub("named")
		if t != nil && named == nil {
			t.missing("named", fmt.Sprintf("named: {%s: Silver}: what messages call it", strings.Join(s.shop.Languages, ": Silver, ")))
		}
		for _, language := range s.shop.Languages {
			if named != nil {
				tier.Named[language] = named.need(language, "Silver")
			}
		}
		if len(s.shop.Languages) > 0 { // else every language would be strange to it
			named.done()
		}
		t.done()
		tiers = append(tiers, tier)
	}
	return tiers
}

var (
	aboutPoints = []string{"customer.points", "customer.points_expire_in_days", "customer.tier"}
	ofTier      = regexp.MustCompile(`customer\.tier\s*(?:==|!=|in)\s*(?:"[^"]*"|\[[^\]]*\])`)
	quoted      = regexp.MustCompile(`"([^"]*)"`)
)

// loyal adds a fault where a condition asks for points that the shop does not
// have, or for a tier that there is not: it would never hold, and nobody would
// notice.
func (s *sheet) loyal(c condition.Condition, node ast.Node) {
	for _, fact := range c.Names() {
		if slices.Contains(aboutPoints, fact) && !s.pointed {
			s.fault(s.file, within(node, whereIs(fact, c.Text())), fact+" is not known: the shop has no points", "write points.yaml first: docs/points.md shows what is in it")
			return
		}
	}
	var known []string
	for _, tier := range s.scheme.Tiers {
		known = append(known, tier.Name)
	}
	for _, asked := range ofTier.FindAllString(c.Text(), -1) {
		for _, name := range quoted.FindAllStringSubmatch(asked, -1) {
			if name[1] == "" || slices.Contains(known, name[1]) {
				continue
			}
			hint := "known are " + strings.Join(known, ", ")
			if near := condition.Nearest(name[1], known); near != "" {
				hint = "did you mean " + near + "?"
			}
			s.fault(s.file, within(node, whereIs(name[0], c.Text())), fmt.Sprintf("there is no tier %q in points.yaml", name[1]), hint)
		}
	}
}
