using System.Text;
using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Services.Tests.Journal;

namespace ModelServing.Services.Tests.Contracts.Journal;

public class JournalEventTests
{
    private const string Text =
        """{"kind":"rolledBack","version":2,"trial":1,"variant":"canary","reason":"guard","who":"router-1","evidence":{"kind":"error","evidence":13544.5,"copies":[1,2]},"schema":1,"model":"fraud","seq":3,"time":"2026-05-04T12:00:00+00:00","id":"0198f0d5-6d5c-7a3e-8000-000000000001"}""";

    public static TheoryData<string> Kinds => new("applied", "started", "weightMoved", "promoted", "refused", "rolledBack", "reset");

    [Fact]
    public void It_reads_and_writes_the_documented_form()
    {
        var read = Assert.IsType<RolledBackEvent>(Parse(Text));
        Assert.Equal(
            (new ModelVersion(2), 1, "canary", RollbackReason.Guard, "router-1"),
            (read.Version, read.Trial, read.Variant, read.Reason, read.Who));
        Assert.Equal((3, SomeEvents.Noon, "fraud"), (read.Seq, read.Time, read.Model.Text));
        Assert.Equal(13544.5, read.Evidence!.Value.GetProperty("evidence").GetDouble());
        Assert.Equal(Text, Encoding.UTF8.GetString(read.ToUtf8()));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_event_survives_the_round_trip(string kind)
    {
        var written = OfKind(kind);
        var text = Encoding.UTF8.GetString(written.ToUtf8());
        Assert.Equal(kind, written.Kind);
        Assert.Equal(kind, JsonNode.Parse(text)!["kind"]!.GetValue<string>());
        var read = Parse(text);
        Assert.Equal(written.GetType(), read.GetType());
        Assert.Equal(text, Encoding.UTF8.GetString(read.ToUtf8()));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_order_of_members_makes_no_difference(string kind)
    {
        var text = Encoding.UTF8.GetString(OfKind(kind).ToUtf8());
        var turned = new JsonObject(JsonNode.Parse(text)!.AsObject()
            .Reverse()
            .Select(static member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
        Assert.Equal(text, Encoding.UTF8.GetString(Parse(turned.ToJsonString()).ToUtf8()));
    }

    [Fact]
    public void An_event_has_its_rollout_and_its_digest()
    {
        var rollout = SomeEvents.Plan(1, 2);
        var read = Assert.IsType<StartedEvent>(Parse(Encoding.UTF8.GetString((SomeEvents.Started(rollout) with { Seq = 1 }).ToUtf8())));
        Assert.Equal(RolloutDigest.Compute(rollout), read.Digest);
        Assert.Equal(rollout.Variants, read.Rollout.Variants);
    }

    [Theory]
    [InlineData("\"schema\":1", "\"schema\":2", "the event has schema 2; this program reads schema 1")]
    [InlineData("\"schema\":1,", "", "the event has no 'schema'")]
    [InlineData(
        "\"kind\":\"rolledBack\"",
        "\"kind\":\"wondered\"",
        "the event has the kind 'wondered'; this program knows applied, started,")]
    [InlineData("\"kind\":\"rolledBack\",", "", "the event has no kind; this program knows applied, started,")]
    [InlineData("\"kind\":\"rolledBack\"", "\"kind\":1", "the event has no kind")]
    [InlineData("\"kind\":\"rolledBack\"", "\"kind\":\"reset\"", "variant")]
    [InlineData("\"version\":2", "\"wonder\":2", "wonder")]
    [InlineData("\"version\":2,", "", "version")]
    [InlineData("\"version\":2,", "\"version\":2,\"version\":3,", "version")]
    [InlineData("\"version\":2", "\"version\":\"2\"", "a version is a whole number from 1")]
    [InlineData("\"trial\":1", "\"trial\":0", "the event's trial is 0; it must be 1 or more")]
    [InlineData("\"variant\":\"canary\"", "\"variant\":\"Canary\"", "the event's variant is 'Canary'; it must be")]
    [InlineData("\"variant\":\"canary\"", "\"variant\":null", "variant")]
    [InlineData("\"reason\":\"guard\"", "\"reason\":\"wonder\"", "reason")]
    [InlineData("\"reason\":\"guard\"", "\"reason\":0", "reason")]
    [InlineData("\"who\":\"router-1\"", "\"who\":\" \"", "the event's who has 1 characters; it must have 1 to 200, and not only spaces")]
    [InlineData("\"evidence\":{", "\"evidence\":[{", "not JSON")]
    [InlineData("{\"kind\":\"error\",\"evidence\":13544.5,\"copies\":[1,2]}", "7", "the event's evidence is not a JSON object")]
    [InlineData("\"seq\":3", "\"seq\":0", "the event's seq is 0; it must be 1 or more")]
    [InlineData("\"seq\":3", "\"seq\":1.5", "seq")]
    [InlineData("\"seq\":3,", "", "seq")]
    [InlineData("+00:00", "+02:00", "it must be in UTC")]
    [InlineData(
        "\"id\":\"0198f0d5-6d5c-7a3e-8000-000000000001\"",
        "\"id\":\"00000000-0000-0000-0000-000000000000\"",
        "the event's id is empty")]
    [InlineData(",\"id\":\"0198f0d5-6d5c-7a3e-8000-000000000001\"", "", "id")]
    [InlineData("\"model\":\"fraud\"", "\"model\":\"Fraud\"", "'Fraud' is not a model's name")]
    public void A_call_that_breaks_the_contract_is_refused_with_the_reason(string part, string instead, string message)
    {
        Assert.Contains(part, Text, StringComparison.Ordinal);
        var e = Assert.Throws<ContractException>(() => Parse(Text.Replace(part, instead, StringComparison.Ordinal)));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_events_rollout_must_obey_the_rules_of_a_plan()
    {
        var written = Encoding.UTF8.GetString((SomeEvents.Started(SomeEvents.Plan(1, 2)) with { Seq = 1 }).ToUtf8());
        Assert.Contains(
            "rollout.variants: the weights add up to 10001",
            Assert.Throws<ContractException>(() => Parse(written.Replace(
                "\"weight\":500",
                "\"weight\":501",
                StringComparison.Ordinal))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "the event's digest is 'x'",
            Assert.Throws<ContractException>(() => (SomeEvents.Started(SomeEvents.Plan(1)) with { Seq = 1, Digest = "x" })
                .ToUtf8()).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "which no variant of its rollout has",
            Assert.Throws<ContractException>(() => (SomeEvents.Refused(SomeEvents.Plan(1), 5) with { Seq = 1 }).ToUtf8()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_that_is_too_large_is_neither_written_nor_read()
    {
        var evidence = SomeEvents.RolledBack(2, evidence: $$"""{"text":"{{new string('x', RolledBackEvent.MaxEvidenceBytes)}}"}""") with
        {
            Seq = 1,
        };
        Assert.Contains(
            "at most 131072 are read and written",
            Assert.Throws<ContractException>(() => evidence.ToUtf8()).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "the event has 300000 bytes; at most 262144",
            Assert.Throws<ContractException>(() => JournalEvent.Parse(new byte[300_000])).Message,
            StringComparison.Ordinal);
        var arms = Enumerable.Range(1, 6000).Select(static i => ($"arm-{i}", i, 1)).Append(("stable", 6001, 4000)).ToArray();
        Assert.Contains(
            "bytes; at most 262144",
            Assert.Throws<ContractException>(() => (SomeEvents.Applied(SomeEvents.Plan("r", arms)) with { Seq = 1 }).ToUtf8()).Message,
            StringComparison.Ordinal);
    }

    private static JournalEvent OfKind(string kind)
    {
        JournalEvent made = kind switch
        {
            "applied" => SomeEvents.Applied(SomeEvents.Plan(1)),
            "started" => SomeEvents.Started(SomeEvents.Plan(1, 2)),
            "weightMoved" => new WeightMovedEvent(SomeEvents.Fraud, SomeEvents.Noon, SomeEvents.Plan(1, 2, 1000)),
            "promoted" => new PromotedEvent(SomeEvents.Fraud, SomeEvents.Noon, SomeEvents.Plan(2)),
            "refused" => SomeEvents.Refused(SomeEvents.Plan(1, 2), 2),
            "rolledBack" => SomeEvents.RolledBack(2, evidence: """{"kind":"error"}"""),
            "reset" => SomeEvents.Reset(2),
            _ => throw new ArgumentException(kind),
        };
        return made with { Seq = 7 };
    }

    private static JournalEvent Parse(string text) => JournalEvent.Parse(Encoding.UTF8.GetBytes(text));
}
