package policyfiles

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/journey"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Limits of one journey.
const (
	mostSteps    = 50
	longestWait  = 365 * 24 * time.Hour
	longestSend  = 30 * 24 * time.Hour // of a message step's not_after
	mostReenters = 999                 // days
)

// enterRunWithin is the same for entries by a run: a run that cannot be planned within
// it is left out, and a day of the customer's own is open for it.
const enterRunWithin = 48 * time.Hour

// readJourney reads one file of journeys/, checks it against the messages and
// offers of p, and adds it to p with the campaigns of its message steps.
func (l *loader) readJourney(file string, p *shoppolicy.Policy) {
	before, id := len(l.faults), shop.CampaignID(l.name(file))
	s := l.open(file)
	if s == nil {
		return
	}
	if _, taken := p.Campaign(id); taken {
		l.fault(file, nil, fmt.Sprintf("there is a campaign %s, too", id), "a journey and a campaign are paused and reported by name: rename one of them")
	}
	j := journey.Journey{Entry: campaign.Campaign{ID: id, Journey: id, Version: s.whole("version", 1, 1_000_000, 1), NotAfter: shoppolicy.EnterWithin}}
	s.entryOf(&j.Entry)
	j.Until, j.Unless = s.ofJourney("until", j.Entry), s.ofJourney("unless", j.Entry)
	j.Entry.JourneyHoldout = s.percent("holdout", 0, 5_000)
	j.Reentry = s.reentry()
	j.Finish = s.finish()
	r := stepReader{sheet: s, policy: p, journey: &j, places: map[string]ast.Node{}, wayNodes: map[string][]ast.Node{}}
	if nodes := s.list("steps"); len(nodes) == 0 {
		s.missing("steps", "steps, with at least one message")
	} else {
		r.steps(nodes, "", "")
	}
	s.done()
	slices.Reverse(j.Steps)
	slices.Reverse(r.campaigns)
	if r.check(); len(l.faults) == before {
		r.findDeadEnds()
	}
	p.Journeys = append(p.Journeys, j)
	p.Campaigns = append(p.Campaigns, r.campaigns...)
	slices.SortFunc(p.Campaigns, func(a, b campaign.Campaign) int { return strings.Compare(string(a.ID), string(b.ID)) })
}

// entryOf reads what lets a customer enter: events, a schedule or a date, or a day of
// the customers' own.
func (s *sheet) entryOf(c *campaign.Campaign) {
	c.If, c.Audience, c.Group, c.Rank = s.condition("if"), s.condition("audience"), s.text("group"), s.whole("rank", 0, 1_000, 100)
	s.timesOf(c)
	for _, e := range s.entries("on") {
		switch why, known := noEntry[e.text]; {
		case !slices.Contains(events, e.text):
			s.fault(s.file, e.at, fmt.Sprintf("there is no event %s", e.text), suggest(e.text, events))
		case known:
			s.fault(s.file, e.at, fmt.Sprintf("%s does not begin a journey", e.text), why)
		default:
			c.On = append(c.On, shop.OrderKind(e.text))
		}
	}
	s.refuseDayFacts(c.If, "if", c.On...)
	s.refuseDayFacts(c.Audience, "audience")
	for key, condition := range map[string]condition.Condition{"if": c.If, "audience": c.Audience} {
		s.refuseFamilies(condition, key, "they have not entered yet: name what ended journeys in until and unless", "journey.")
		s.refuseFamilies(condition, key, "it is for campaigns and offers", "line.", "product.", "customer.likes")
		s.refuseUnread(condition, key, shoppolicy.ContactFacts...)
	}
	own := slices.ContainsFunc(c.On, func(kind shop.OrderKind) bool { return slices.Contains(shop.OwnDays, kind) })
	s.refuseDayKeys(own)
	if c.Scheduled() {
		c.NotAfter = enterRunWithin
	}
	const hint = `write on: [order.delivered], on: [birthday], schedule: "0 10 * * 6", or date: 2026-12-05 10:00`
	switch {
	case s.written("on", "schedule", "date") != 1:
		s.fault(s.file, s.at, "a journey begins with either on, schedule or date", hint)
	case own:
		s.ownDay(c)
	case slices.Contains(c.On, shop.TierReached):
		s.tierReached(c)
	case s.has("on"):
		s.refuseFacts(c.If, "if", "campaign.")
		s.refuseKeys("an event", "write who enters under if", "audience", "clock")
		if len(c.On) == 0 && len(s.list("on")) == 0 {
			s.wrong("on", "no event lets a customer enter", hint)
		}
	default:
		s.refuseFacts(c.Audience, "audience", "order.")
		s.refuseUnread(c.Audience, "audience", "customer.units")
		s.refuseKeys("a schedule or a date", "write who enters under audience", "if", "group", "rank")
		if !s.has("audience") {
			s.missing("audience", "audience: customer.orders >= 1")
		}
		s.whenOf(*c)
	}
}

// noEntry says of the triggers that begin no journey what to write instead.
var noEntry = map[string]string{
	string(shop.CartAbandoned): notItsMessage, string(shop.ReplenishmentDue): notItsMessage,
	string(shop.BackInStock): notItsMessage, string(shop.Cheaper): notItsMessage, string(shop.NewProduct): notItsMessage,
	string(shop.SignedUp): aLink, string(shop.AskedExport): aLink, string(shop.AskedErasure): aLink,
}

const (
	notItsMessage = "its message shows a product or a cart, which the steps of a journey do not know: write a campaign"
	aLink         = "its mail is about a link, and nothing follows it: write a campaign"
)

// ofJourney reads a condition that is evaluated while a customer is in the
// journey: until, unless, a condition step, or a way of a branch.
func (s *sheet) ofJourney(key string, entry campaign.Campaign) condition.Condition {
	c := s.condition(key)
	if entry.Scheduled() || entry.Own() != "" {
		s.refuseFamilies(c, key, "customers do not enter this journey by an order", "order.")
	}
	s.refuseDayFacts(c, key)
	s.refuseFamilies(c, key, "lines of a cart are for on, in an offer; campaign facts are for runs", "line.", "campaign.", "product.", "customer.likes")
	for _, name := range c.Names() {
		if name == "customer.units" || name == "order.units" {
			s.wrong(key, name+" is not known here", "a journey is evaluated without the catalogue: name products, with "+name+"_of")
		}
	}
	return c
}

// reentry reads when a customer may enter again.
func (s *sheet) reentry() journey.Reentry {
	word := s.text("reentry")
	switch n, err := strconv.Atoi(strings.TrimSuffix(word, "d")); {
	case word == "" || word == "never":
	case word == "after_end":
		return journey.Reentry{AfterEnd: true}
	case err == nil && strings.HasSuffix(word, "d") && n >= 1 && n <= mostReenters:
		return journey.Reentry{Days: n}
	default:
		s.wrong("reentry", "reentry is neither never, after_end nor a number of days", "write reentry: 90d to let customers enter again 90 days after they entered, once their way has ended")
	}
	return journey.Reentry{}
}

// finish reads whether customers who are under way when a later version is published
// finish under theirs: on_change is finish, or move, the default.
func (s *sheet) finish() bool {
	word := s.text("on_change")
	if s.has("on_change") && word != "move" && word != "finish" {
		s.wrong("on_change", "on_change is neither move nor finish", "write on_change: finish to let customers who are under way finish under the version that they entered; by default they move to the new one")
	}
	return word == "finish"
}

// stepReader reads the steps of a journey, the last one first, because each names
// the one after it. It collects them in that order.
type stepReader struct {
	*sheet
	policy    *shoppolicy.Policy
	journey   *journey.Journey
	campaigns []campaign.Campaign
	places    map[string]ast.Node   // the steps, by name
	wayNodes  map[string][]ast.Node // the ways of a branch or a split, by its name
}

// steps reads a list of steps that is followed by the step next, and returns the
// name of its first step. path numbers the lists around it.
func (r *stepReader) steps(nodes []ast.Node, path, next string) string {
	for i, node := range slices.Backward(nodes) {
		if s := r.loader.sheet(r.file, node); s != nil {
			next = r.step(s, node, fmt.Sprintf("%s-%d", path, i+1), next)
		}
	}
	return next
}

// step reads one step and returns its name.
func (r *stepReader) step(s *sheet, node ast.Node, path, next string) string {
	kinds := []string{"message", "wait", "condition", "branch", "split"}
	if s.written(kinds...) != 1 {
		s.fault(s.file, s.at, "a step is either a message, a wait, a condition, a branch or a split", "write one of them, such as wait: 3d")
		return next
	}
	kind := kinds[slices.IndexFunc(kinds, s.has)]
	step := journey.Step{Name: s.text("name"), Next: next}
	if step.Name == "" {
		if step.Name = kind + path; kind == "message" {
			step.Name = s.text("message")
		}
	}
	if !names().MatchString(step.Name) {
		s.wrong("name", fmt.Sprintf("%q is not a valid name", step.Name), "use small letters, digits and dashes, a letter first, 48 at most")
	}
	if _, twice := r.places[step.Name]; twice {
		s.fault(s.file, s.at, fmt.Sprintf("another step has the name %s", step.Name), "give one of them a name: customers wait at a step by its name")
	}
	r.places[step.Name] = node
	switch kind {
	case "message":
		step.Message = journey.StepID(r.journey.ID(), step.Name)
		c := campaign.Campaign{ID: step.Message, Journey: r.journey.ID(), Version: r.journey.Entry.Version, JourneyHoldout: r.journey.Entry.JourneyHoldout}
		r.campaigns = append(r.campaigns, s.messageStep(c, r.journey.Entry, *r.policy))
	case "wait":
		step.Wait = s.length("wait", time.Minute, longestWait)
		if next == "" && path == fmt.Sprintf("-%d", len(r.list("steps"))) {
			s.wrong("wait", "nothing follows this wait", "leave it out")
		}
	case "condition":
		step.Only = s.ofJourney("condition", r.journey.Entry)
	default:
		r.ways(s, kind, path, &step)
	}
	s.done()
	r.journey.Steps = append(r.journey.Steps, step)
	return step.Name
}

// ways reads the ways of a branch or a split.
func (r *stepReader) ways(s *sheet, kind, path string, step *journey.Step) {
	shares := 0
	for i, node := range slices.Backward(s.list(kind)) {
		w := s.sheet(s.file, node)
		if w == nil {
			continue
		}
		way := journey.Way{}
		if kind == "split" {
			if way.Share = w.percent("share", 1, 100_00); way.Share == 0 {
				w.missing("share", "share: 50")
			}
			shares += way.Share
		} else if way.If = w.ofJourney("if", r.journey.Entry); !w.has("if") && i < len(s.list(kind))-1 {
			w.missing("if", "if: customer.orders >= 2; only the last way of a branch can be for all others")
		}
		way.Next = r.steps(w.list("steps"), fmt.Sprintf("%s-%d", path, i+1), step.Next)
		w.done()
		step.Ways = append(step.Ways, way)
	}
	slices.Reverse(step.Ways)
	r.wayNodes[step.Name] = s.list(kind)
	if len(step.Ways) == 0 {
		s.wrong(kind, fmt.Sprintf("the %s has no ways", kind), "write a list of ways, each with its steps")
	}
	if shares > 100_00 {
		s.wrong(kind, fmt.Sprintf("the shares add up to %s %%", inPercent(shares)), "they add up to 100 at most; the others go on behind the split")
	}
}

// messageStep reads what a campaign has that is not about its start. entry is that of
// its journey.
func (s *sheet) messageStep(c, entry campaign.Campaign, p shoppolicy.Policy) campaign.Campaign {
	c.Picks = s.whole("picks", 0, 12, 0)
	c.Holdout = s.percent("holdout", 0, 5_000)
	s.valueOf(&c)
	if c.NotAfter = s.length("not_after", time.Minute, longestSend); !s.has("not_after") {
		s.missing("not_after", "not_after: 48h: how long the message may wait for the caps and the quiet hours")
	}
	s.offersOf(&c, p.Offers, p.Shop)
	s.messageOf(&c, entry, p.Messages)
	s.topicOf(&c)
	s.linkOf(c, p.Messages.Messages[c.Message])
	return c
}

// check checks the journey as a whole.
func (r *stepReader) check() {
	if len(r.journey.Steps) > mostSteps {
		r.wrong("steps", fmt.Sprintf("the journey has %d steps", len(r.journey.Steps)), fmt.Sprintf("%d at most: divide it", mostSteps))
	}
	if len(r.campaigns) == 0 && r.has("steps") {
		r.wrong("steps", "the journey sends no message", "write a step with message")
		return
	}
	if r.journey.Entry.JourneyHoldout > 0 {
		for _, c := range r.campaigns {
			if c.Class != "" && c.Class != shop.ClassPromotion {
				r.wrong("holdout", fmt.Sprintf("the step %s sends a message of class %s, which each customer must get", c.ID, c.Class), "give a holdout to the steps with promotions, or divide the journey")
			}
		}
	}
	if len(r.campaigns) > 0 {
		r.journey.Entry.Class = r.campaigns[0].Class
	}
}
