package main

import (
	"testing"
	"time"
)

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 0: "0 s", 59 * time.Second: "59 s", time.Minute: "1 min", 59*time.Minute + 59*time.Second: "59 min",
		time.Hour: "1 h", 12*time.Hour - time.Second: "11 h 59 min", 12 * time.Hour: "12 h", 90 * time.Minute: "1 h 30 min",
	} {
		if got := span(d); got != want {
			t.Errorf("span(%s) = %q, want %q", d, got, want)
		}
	}
}

func TestWhenNamesAnotherDay(t *testing.T) {
	now := time.Date(2026, 11, 21, 23, 30, 0, 0, time.Local)
	a := &app{now: func() time.Time { return now }}
	if got, want := a.when(now.Add(10*time.Minute)), "23:40 (in 10 min)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := a.when(now.Add(time.Hour)), "Sun 00:30 (in 1 h)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
