package template

import "slices"

// Identity is a mail domain or address from which mails may be sent.
type Identity struct {
	Name             string
	ConfigurationSet string // for messages that name none; may be empty
}

// ConfigurationSet is a configuration set of SES with its event destinations.
type ConfigurationSet struct {
	ID, Name   string
	At         Place
	Sending    bool     // SendingOptions.SendingEnabled
	Suppressed []string // BOUNCE, COMPLAINT: reasons for which SES adds an address to the suppression list
	Events     []EventDestination
}

// EventDestination sends SES events of some types to an event bus.
type EventDestination struct {
	Name  string
	Types []string // as SES names them: SEND, DELIVERY, …
	Bus   string   // the bus's ARN
}

var eventTypes = []string{
	"SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT", "DELIVERY_DELAY", "OPEN", "CLICK", "RENDERING_FAILURE", "SUBSCRIPTION",
}

func readIdentity(s *stack, res *resource, o *object) {
	o.need("EmailIdentity")
	o.skip("DkimAttributes", "DkimSigningAttributes", "FeedbackAttributes", "MailFromAttributes", "Tags")
	set := o.object("ConfigurationSetAttributes")
	setName := set.text("ConfigurationSetName")
	set.done()
	if name := o.text("EmailIdentity"); name != "" {
		s.r.register("mail identity", name, res.at, res.path)
		s.r.out.Identities = append(s.r.out.Identities, Identity{name, setName})
	}
}

func readConfigurationSet(s *stack, res *resource, o *object) {
	set := ConfigurationSet{ID: res.id, Name: s.physical(res), At: res.at}
	o.skip("Name", "ReputationOptions", "DeliveryOptions", "TrackingOptions", "VdmOptions", "ArchivingOptions", "Tags")
	sending := o.object("SendingOptions")
	set.Sending = sending.flag("SendingEnabled", true)
	sending.done()
	suppression := o.object("SuppressionOptions")
	set.Suppressed = suppression.texts("SuppressedReasons")
	suppression.done()
	s.r.register("configuration set", set.Name, res.at, res.path)
	// A destination may come before its set in the template.
	for i := range s.r.out.ConfigurationSets {
		if s.r.out.ConfigurationSets[i].Name == set.Name {
			set.Events = s.r.out.ConfigurationSets[i].Events
			s.r.out.ConfigurationSets[i] = set
			return
		}
	}
	s.r.out.ConfigurationSets = append(s.r.out.ConfigurationSets, set)
}

func readEventDestination(s *stack, res *resource, o *object) {
	o.need("ConfigurationSetName", "EventDestination")
	name := o.text("ConfigurationSetName")
	d := o.object("EventDestination")
	d.need("MatchingEventTypes", "EventBridgeDestination")
	destination := EventDestination{Name: d.text("Name"), Types: d.texts("MatchingEventTypes")}
	if destination.Name == "" {
		destination.Name = res.id
	}
	for _, kind := range destination.Types {
		if !slices.Contains(eventTypes, kind) {
			s.r.fault(d.at, d.path+".MatchingEventTypes", "SES has no events of type "+kind)
		}
	}
	bridge := d.object("EventBridgeDestination")
	destination.Bus = bridge.text("EventBusArn")
	bridge.done()
	enabled := d.flag("Enabled", true)
	d.done()
	if !enabled || name == "" {
		return
	}
	for i := range s.r.out.ConfigurationSets {
		if s.r.out.ConfigurationSets[i].Name == name {
			s.r.out.ConfigurationSets[i].Events = append(s.r.out.ConfigurationSets[i].Events, destination)
			return
		}
	}
	s.r.out.ConfigurationSets = append(s.r.out.ConfigurationSets, ConfigurationSet{Name: name, At: res.at, Events: []EventDestination{destination}})
}
