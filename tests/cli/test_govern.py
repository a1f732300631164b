"""The commands policy and hold, and what other commands say of rules."""

from __future__ import annotations

from holdfast import Memory
from tests.cli.test_cli import ADA, Run, data, run, saved

__all__ = ["run"]
UNDER = ("--under", "user=ada")


def test_rules_of_every_kind(run: Run) -> None:
    """Set, shown, checked, refused with exit code 4 and the rule's name, removed, and told in the history."""
    saved(run, "Port ten", *ADA, "--slot", "api.port", "--value", "ten")
    rules = {
        "notes": ("retention", "kind=working", "ttl=7d", *UNDER),
        "mine": ("write", "kind=preference", "who=owner"),
        "ports": ("schema", "slot=*.port", 'value={"type": "integer", "minimum": 1}'),
        "few": ("quota", "items=5", "bytes=4000"),
        "mail": ("redact", "class=email", "action=redact"),
        "many": ("attribute", "attribute=host", "many=true"),
        "kept": ("receipts", "ttl=2h"),
    }
    for name, terms in rules.items():
        assert name in run("policy", "set", name, *terms, "--actor", "root", "--reason", "asked for").stdout
    shown = data(run("policy", "show", "--json"))["rules"]
    assert {one["name"]: one["rule"] for one in shown} == {name: terms[0] for name, terms in rules.items()}
    assert {(one["actor"], one["reason"]) for one in shown} == {("root", "asked for")}
    text = run("policy", "show").stdout
    assert all(name in text for name in rules)

    item = data(run("save", "a note", *ADA, "--kind", "working", "--json"))
    assert item["expires_at"] is not None
    liked = saved(run, "Tabs", *ADA, "--kind", "preference", "--actor", "one")
    for refused, rule in (
        (("update", liked, *ADA, "--tag", "x", "--actor", "two"), "mine"),
        (("save", "Port x", *ADA, "--slot", "web.port", "--value", "x"), "ports"),
    ):
        assert f"rule {rule!r}" in run(*refused, code=4).stderr
    assert "redacted:email" in data(run("save", "to bob@example.org", *ADA, "--json"))["text"]
    saved(run, "host 1", *ADA, "--slot", "api.host", "--value", "1")
    assert "rule 'few'" in run("save", "one too many", *ADA, code=4).stderr
    checked = run("policy", "check", code=1)
    assert "ports" in checked.stdout
    run("policy", "set", "x", "quota", "items=0", code=2)
    run("policy", "set", "x", "nosuch", code=2)
    run("policy", "set", "x", "quota", "items=1", "--under", "user=a", "--under", "user=b", code=2)
    run("policy", "remove", "ports")
    assert "Nothing breaks" in run("policy", "check").stdout
    history = data(run("policy", "show", "--history", "--json"))["rules"]
    assert (history[-1]["name"], history[-1]["removed"]) == ("ports", True)


def test_holds(run: Run) -> None:
    """Placed, listed, honoured by erase, delete-many and maintain, which say so, and released."""
    id = saved(run, "the contract", *ADA)
    saved(run, "The contract.", *ADA)
    assert "case 12" in run("hold", *UNDER, "--name", "case", "--reason", "case 12").stdout
    assert [one["name"] for one in data(run("hold", "--json"))] == ["case"]
    for command in (("erase", id, "--yes"), ("delete-many", "--where", '{"exists": "text"}')):
        told = run(*command, *ADA)
        assert "hold case" in told.stdout
        assert id in told.stdout
    assert "hold case" in run("erase", *UNDER, "--yes").stdout
    assert [one["hold"] for one in data(run("maintain", *ADA, "--json"))["held"]] == ["case", "case"]
    run("hold", "--name", "x", code=2)
    run("hold", "--release", "nosuch", code=2)
    run("policy", "remove", "case", code=2)
    run("hold", "--release", "case")
    assert data(run("hold", "--json")) == []
    assert "Erased 1" in run("erase", id, *ADA, "--yes").stdout


def test_a_rule_is_exported_and_imported(run: Run) -> None:
    """The counts say so."""
    saved(run, "tea", *ADA)
    run("policy", "set", "few", "quota", "items=5")
    assert data(run("export", "all.jsonl", "--all", "--json"))["policies"] == 1
    assert "rules put in force: 1" in run("import", "all.jsonl", "--store", "sqlite:///new.db").stdout
    with Memory("sqlite:///new.db", embedder=None) as memory:
        assert [one.name for one in memory.policy().rules] == ["few"]
