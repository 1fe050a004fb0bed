"""The figures of a report, worked out another way: from the exported lists alone.

Usage: recompute.py CASES.csv STAYS.csv PERIOD_FROM PERIOD_TO BEFORE_FROM BEFORE_TO AS_OF

Prints a line `table<TAB>row<TAB>column<TAB>value` for each figure, and `value/of` for a share. Nothing
but the standard library is used. Local days are worked out here from the instants, not read.
"""

import csv
import math
import statistics
import sys
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
RESOLVING = {"agreed", "determined", "referred"}
ENDING = RESOLVING | {"withdrawn"}
SHOWN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17, 21, 24, 28, 35, 42, 56, 70, 84, 112, 140,
         182, 273, 365, 547, 730, 1095]


def instant(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)


def local_day(text):
    return instant(text).astimezone(LONDON).date()


def minutes(start, end):
    return max(0, (instant(end) - instant(start)) // timedelta(minutes=1))


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def nearest_rank(values, hundredths):
    """The smallest value that at least so many hundredths do not exceed."""
    if not values:
        return None
    if hundredths == 50:
        return statistics.median_low(values)
    return sorted(values)[math.ceil(Fraction(hundredths * len(values), 100)) - 1]


def say(table, row, column, value):
    if value is not None:
        print(table, row, column, value, sep="\t")


def share(part, whole):
    return f"{part}/{whole}" if whole else None


def breakdown(table, keys):
    counts = Counter(keys)
    for key, count in counts.items():
        say(table, key, "count", count)
    say(table, "total", "count", sum(counts.values()))


def lengths(table, row, values):
    say(table, row, "count", len(values))
    for column, hundredths in (("lower_quartile", 25), ("median", 50), ("upper_quartile", 75),
                               ("ninetieth", 90), ("worst", 100)):
        say(table, row, column, nearest_rank(values, hundredths))


def result(stay):
    """How the receiving side answered in a stay."""
    if stay["missed_due_at"]:
        return {"silence": "silent", "acknowledged_only": "acknowledged_only", "refusal": "refused",
                "answered_not_agreed": "not_agreed"}[stay["answer_at_deadline"]]
    why = stay["left_why"]
    if not why:
        return "running"
    if why in RESOLVING:
        return "on_time"
    if why == "refused" or (stay["answered_at"] and stay["stance"] == "refuses"):
        return "refused"
    return "on_time" if stay["answered_at"] else "ended_before"


DECIDED = {"on_time", "not_agreed", "acknowledged_only", "silent", "refused"}


def to_first_ending(case):
    end = case["first_ended_at"]
    return minutes(case["raised_at"], end) if end else None


def headline(row, cases, stays):
    say("headline", row, "raised", len(cases))
    resolved = [case for case in cases if case["status"] == "resolved"]
    lowest = [case for case in resolved if case["furthest_stage"] == "1"]
    say("headline", row, "lowest_stage", share(len(lowest), len(resolved)))
    results = [result(stay) for case in cases for stay in stays[case["reference"]]]
    decided = [it for it in results if it in DECIDED]
    say("headline", row, "on_time", share(decided.count("on_time"), len(decided)))
    ended = [it for it in map(to_first_ending, cases) if it is not None]
    say("headline", row, "median_to_ending", nearest_rank(ended, 50))


def months(every, stays, start, end, as_of):
    raised = [local_day(case["raised_at"]) for case in every]
    all_stays = [stay for case in every for stay in stays[case["reference"]]]
    ended = [(stay["left_why"], local_day(stay["left_at"])) for stay in all_stays
             if stay["left_why"] in ENDING]
    reopened = [local_day(stay["entered_at"]) for stay in all_stays
                if stay["entered_why"] == "reopened"]
    kinds = {
        "raised": raised,
        "resolved": [day for why, day in ended if why in RESOLVING],
        "withdrawn": [day for why, day in ended if why == "withdrawn"],
        "reopened": reopened,
    }
    for kind, days in kinds.items():
        within = [day for day in days if start <= day <= end]
        for month, count in Counter(day.strftime("%Y-%m") for day in within).items():
            say("months", month, kind, count)
        say("months", "total", kind, len(within))
    first = start
    while first <= end and first <= as_of.astimezone(LONDON).date():
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        last = min(following - timedelta(days=1), end)
        count = (sum(day <= last for day in raised) + sum(day <= last for day in reopened)
                 - sum(day <= last for _, day in ended))
        say("months", first.strftime("%Y-%m"), "open_at_end", count)
        first = following


def matrix(cases):
    def key(title):
        return title.lower().replace("'", "").replace(" ", "_")

    for table, pairs in (
        ("sectors", [(key(c["raising_sector"]), key(c["receiving_sector"])) for c in cases]),
        ("agencies_by_agencies", [(c["raising_agency_id"], c["receiving_agency_id"]) for c in cases]),
    ):
        for (row, column), count in Counter(pairs).items():
            say(table, row, column, count)
        for row, count in Counter(row for row, _ in pairs).items():
            say(table, row, "total", count)
        for column, count in Counter(column for _, column in pairs).items():
            say(table, "total", column, count)
        say(table, "total", "total", len(pairs))


def agencies(cases, stays):
    raised = Counter(case["raising_agency_id"] for case in cases)
    received = Counter(case["receiving_agency_id"] for case in cases)
    results = defaultdict(Counter)
    for case in cases:
        for stay in stays[case["reference"]]:
            for key in (case["receiving_agency_id"], "total"):
                results[key][result(stay)] += 1
    raised["total"] = received["total"] = len(cases)
    for key in set(raised) | set(received):
        decided = sum(results[key][it] for it in DECIDED)
        on_time, silent = results[key]["on_time"], results[key]["silent"]
        say("agencies", key, "raised", raised[key])
        say("agencies", key, "received", received[key])
        say("agencies", key, "on_time", share(on_time, decided))
        say("agencies", key, "silent", share(silent, decided))
        if key != "total" and not raised[key]:
            say("never_raised", key, "received", received[key])
        if key != "total" and decided and not on_time:
            say("never_in_time", key, "decided", decided)
            say("never_in_time", key, "silent", silent)


def times(stage, left):
    taken = [minutes(stay["entered_at"], stay["left_at"]) for stay in left]
    limits = [minutes(stay["entered_at"], stay["due_at"]) for stay in left]
    within = sum(instant(stay["left_at"]) <= instant(stay["due_at"]) for stay in left)
    lengths("time_elapsed", stage, taken)
    say("time_elapsed", stage, "limit_median", nearest_rank(limits, 50))
    say("time_elapsed", stage, "within_limit", share(within, len(left)))
    taken = [int(stay["working_minutes"]) for stay in left]
    limits = [int(stay["limit_working_minutes"]) for stay in left]
    within = sum(it <= limit for it, limit in zip(taken, limits))
    lengths("time_working", stage, taken)
    say("time_working", stage, "limit_median", nearest_rank(limits, 50))
    say("time_working", stage, "within_limit", share(within, len(left)))


def stages(cases, stays):
    breakdown("furthest_stage", [case["furthest_stage"] for case in cases])
    resolved = Counter(c["furthest_stage"] for c in cases if c["status"] == "resolved")
    of = sum(resolved.values())
    for key, count in [*resolved.items(), ("total", of)]:
        say("resolved_by_furthest_stage", key, "count", count)
        say("resolved_by_furthest_stage", key, "share", share(count, of))
    by_stage = defaultdict(list)
    for case in cases:
        for stay in stays[case["reference"]]:
            by_stage[stay["stage"]].append(stay)
    for stage, all_stays in by_stage.items():
        left = [stay for stay in all_stays if stay["left_at"]]
        if left:
            times(stage, left)
        counts = Counter(map(result, all_stays))
        for kind, count in counts.items():
            say("answers", stage, kind, count)
        say("answers", stage, "total", len(all_stays))
    every = [stay for all_stays in by_stage.values() for stay in all_stays]
    for kind, count in Counter(map(result, every)).items():
        say("answers", "total", kind, count)
    say("answers", "total", "total", len(every))
    for stage, all_stays in [*by_stage.items(), ("total", every)]:
        decided = [it for it in map(result, all_stays) if it in DECIDED]
        say("on_time", stage, "decided", len(decided))
        say("on_time", stage, "on_time", share(decided.count("on_time"), len(decided)))
    late = [int(stay["recorded_late_seconds"]) for stay in every if stay["missed_due_at"]]
    say("server_lateness", "total", "count", len(late))
    say("server_lateness", "total", "within_a_minute", share(sum(it <= 60 for it in late), len(late)))
    for column, hundredths in (("median", 50), ("ninetieth", 90), ("worst", 100)):
        if late:
            say("server_lateness", "total", column, math.ceil(nearest_rank(late, hundredths) / 60))
    breakdown("hand_overs", [s["entered_why"] for s in every if s["entered_why"] != "raised"])


def survival(cases, as_of):
    """Kaplan and Meier, in exact fractions."""
    seen = []
    for case in cases:
        end = to_first_ending(case)
        open_for = (as_of - instant(case["raised_at"])) // timedelta(minutes=1)
        seen.append(((open_for if end is None else end) // 1440, end is not None))
    last = max((days for days, _ in seen), default=-1)
    still, median, curve = Fraction(1), None, {}
    for day in range(last + 2):
        at_risk = sum(days >= day for days, _ in seen)
        ended = sum(days < day and has_ended for days, has_ended in seen)
        curve[day] = (still, at_risk, ended)
        if median is None and still <= Fraction(1, 2):
            median = day
        if at_risk:
            still *= 1 - Fraction(sum(days == day and has_ended for days, has_ended in seen), at_risk)
    for day in SHOWN:
        if day in curve:
            share_open, at_risk, ended = curve[day]
            if at_risk or (share_open == 0 and seen):
                say("survival", day, "still_open", f"{math.floor(share_open * 1000 + Fraction(1, 2))}/1000")
                say("survival", day, "seen_open", at_risk)
                say("survival", day, "ended", ended)
    say("median_time_open", "total", "median", "not reached" if median is None else median * 1440)
    lengths("time_to_ending", "total", [it for it in map(to_first_ending, cases) if it is not None])


def work(cases):
    for row, column in (
        ("reminders", "reminder_count"), ("told_again", "told_again_count"),
        ("failed_messages", "failed_message_count"), ("delayed_messages", "delayed_message_count"),
        ("extensions", "extension_count"), ("pauses", "pause_count"), ("meetings", "meeting_count"),
        ("reopenings", "reopening_count"),
    ):
        numbers = [int(case[column]) for case in cases]
        say("work", row, "times", sum(numbers))
        say("work", row, "cases", share(sum(number > 0 for number in numbers), len(numbers)))


def endings(cases):
    ended = [case for case in cases if case["status"] != "open"]
    breakdown("ended_how", [case["ended_how"] for case in ended])
    resolved = [case for case in cases if case["status"] == "resolved"]
    breakdown("outcomes", [case["outcome"] or "not stated" for case in resolved])
    for row in ("done", "open", "overdue"):
        say("actions", row, "count", sum(int(case[f"action_{row}_count"]) for case in cases))
    say("actions", "total", "count", sum(
        int(case[f"action_{row}_count"]) for case in cases for row in ("done", "open", "overdue")))
    by_area = defaultdict(list)
    for case in ended:
        by_area[case["area_of_disagreement"]].append(case)
        by_area["total"].append(case)
    for area, of_area in by_area.items():
        say("learning", area, "ended", len(of_area))
        for column, count in (("feedback", "feedback_count"), ("debrief", "debrief_count"),
                              ("with_learning", "learning_count")):
            some = sum(int(case[count]) > 0 for case in of_area)
            say("learning", area, column, share(some, len(of_area)))
        say("learning", area, "learning", sum(int(case["learning_count"]) for case in of_area))
    themes = Counter(theme for case in ended for theme in case["learning_themes"].split("; ") if theme)
    for theme, count in themes.items():
        say("learning_themes", theme, "count", count)
        say("learning_themes", theme, "share", share(count, len(ended)))


def open_now(every, stays, as_of):
    bands = [(0, 5, "0"), (6, 10, "6"), (11, 20, "11"), (21, 40, "21"), (41, 60, "41"),
             (61, math.inf, "61")]
    ages, due, last = [], [], date(2026, 12, 4)
    for case in every:
        if case["status"] != "open":
            continue
        days = int(case["working_days_open"])
        band = next(key for start, end, key in bands if start <= days <= end)
        stay = stays[case["reference"]][-1]
        ages.append((band, stay["stage"]))
        day = local_day(stay["due_at"])
        if stay["missed_due_at"] or instant(stay["due_at"]) <= as_of:
            due.append("overdue")
        else:
            due.append(day.isoformat() if day <= last else "later")
    for (band, stage), count in Counter(ages).items():
        say("ages", band, stage, count)
    for band, count in Counter(band for band, _ in ages).items():
        say("ages", band, "total", count)
    for stage, count in Counter(stage for _, stage in ages).items():
        say("ages", "total", stage, count)
    say("ages", "total", "total", len(ages))
    breakdown("falling_due", due)


def main():
    cases_path, stays_path, *days, as_of = sys.argv[1:]
    start, end, before_start, before_end = map(date.fromisoformat, days)
    as_of = instant(as_of)
    every, stays = read(cases_path), defaultdict(list)
    for stay in read(stays_path):
        stays[stay["reference"]].append(stay)
    cases = [case for case in every if start <= local_day(case["raised_at"]) <= end]
    before = [case for case in every if before_start <= local_day(case["raised_at"]) <= before_end]
    headline("period", cases, stays)
    headline("before", before, stays)
    months(every, stays, start, end, as_of)
    breakdown("status", [case["status"] for case in cases])
    matrix(cases)
    agencies(cases, stays)
    breakdown("areas", [case["area_of_disagreement"] for case in cases])
    levels = [" ".join(case["level_of_need"].split()).lower() for case in cases]
    breakdown("levels_of_need", [f"level:{it}" if it else "not_stated" for it in levels])
    breakdown("urgency_classes", [case["urgency_class"] for case in cases])
    breakdown("immediate_danger", [case["immediate_danger"] for case in cases])
    breakdown("topics", [case["topic"] for case in cases])
    stages(cases, stays)
    survival(cases, as_of)
    work(cases)
    endings(cases)
    open_now(every, stays, as_of)


main()
