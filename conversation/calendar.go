package conversation

import (
	"fmt"
	"time"
)

// A calendar is how a language says a day.
type calendar struct {
	days   [7]string // by time.Weekday
	months [12]string
	layout string // of weekday, day and month
}

var calendars = map[string]calendar{
	"fr": {
		days:   [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
		months: [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
		layout: "%s %d %s",
	},
	"en": {
		days:   [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		months: [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		layout: "%s %d %s",
	},
	"es": {
		days:   [7]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
		months: [12]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
		layout: "%s %d de %s",
	},
	"de": {
		days:   [7]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"},
		months: [12]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
		layout: "%s, %d. %s",
	},
	"it": {
		days:   [7]string{"domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato"},
		months: [12]string{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"},
		layout: "%s %d %s",
	},
	"nl": {
		days:   [7]string{"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"},
		months: [12]string{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
		layout: "%s %d %s",
	},
	"pt": {
		days:   [7]string{"domingo", "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado"},
		months: [12]string{"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"},
		layout: "%s, %d de %s",
	},
}

// dayIn says a day in a language, English where it is not one of ours:
// "mardi 24 novembre", "Tuesday 24 November".
func dayIn(language string, at time.Time) string {
	c, ok := calendars[language]
	if !ok {
		c = calendars["en"]
	}
	weekday, month := c.days[at.Weekday()], c.months[at.Month()-1]
	if language == "fr" && at.Day() == 1 {
		return weekday + " 1er " + month
	}
	return fmt.Sprintf(c.layout, weekday, at.Day(), month)
}
