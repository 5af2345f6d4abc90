using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;
using ModelServing.Predictions.Records;
using ModelServing.Registry;
using ModelServing.Rollout.Guard;
using ModelServing.Rollout.Journal;

namespace ModelServing.Services.Tests.Compatibility;

/// <summary>What this release does with a document of a later one, as docs/upgrades.md describes it.</summary>
public class UnknownFormatTests
{
    private static readonly Dictionary<string, Action<byte[]>> Readers = new()
    {
        ["plan.json"] = static utf8 => PlanDocument.Parse(utf8),
        ["endpoints.json"] = static utf8 => EndpointsDocument.Parse(utf8),
        ["clients.json"] = static utf8 => ClientsDocument.Parse(utf8),
        ["manifest.json"] = static utf8 => Manifest.Parse(utf8),
        ["event"] = static utf8 => JournalEvent.Parse(utf8),
        ["snapshot"] = static utf8 => JournalSnapshot.Parse(utf8),
    };

    public static TheoryData<string> Strict => [.. Readers.Keys];

    [Theory]
    [MemberData(nameof(Strict))]
    public void A_later_schema_and_an_unknown_member_are_refused_by_name(string document)
    {
        Readers[document](Changed(document, static _ => { }));
        Assert.Contains("2", Refusal(document, static root => root["schema"] = 2), StringComparison.Ordinal);
        Assert.Contains("later", Refusal(document, static root => root["later"] = true), StringComparison.Ordinal);
    }

    [Fact]
    public void A_later_schema_is_named_before_its_new_members()
    {
        foreach (var document in Readers.Keys.Where(static document => document != "snapshot"))
        {
            var message = Refusal(document, static root => (root["schema"], root["later"]) = (2, true));
            Assert.Contains("has schema 2; this program reads schema 1", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_unknown_kind_of_event_damages_the_journal_of_its_model()
    {
        var later = Changed("event", static root => root["kind"] = "paused");
        var failure = Assert.Throws<JournalException>(() => StoredEvent.Read("here", SomeRelease.Fraud, 1, later));
        Assert.Equal(JournalError.Damaged, failure.Error);
        Assert.Contains("'paused'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_and_reports_of_a_later_format_are_not_read()
    {
        var (counts, report) = (RecordedDocuments.Read("guard-counts"), RecordedDocuments.Read("process-report"));
        counts[0]++;
        report[0]++;
        Assert.Contains(
            "version 3; this program reads version 2",
            Assert.Throws<ContractException>(() => ClientCounts.Parse(counts)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "its format is 4; this program reads 2 and 3",
            Assert.Throws<ContractException>(() => ProcessReportFormat.Read(new ModelVersion(2), Guid.Empty, report)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Members_and_fields_that_a_report_or_a_prediction_gains_do_no_harm()
    {
        var features = Changed("feature-report.json", static root => root["later"] = true);
        Assert.Equal(120, JsonSerializer.Deserialize(features, FeatureReportJson.Default.FeatureReport)!.Unshipped);
        var inputs = Changed("input-report.json", static root => root["later"] = true);
        Assert.Single(JsonSerializer.Deserialize(inputs, InputReportJson.Default.InputReport)!.Inputs);

        // Field 30, a number, 7.
        byte[] later = [.. RecordedDocuments.Read("prediction"), 0xF0, 0x01, 0x07];
        var prediction = PredictionRecord.Parser.ParseFrom(later);
        Assert.Equal("fraud", prediction.Model);
        Assert.Equal(later, prediction.ToByteArray());
    }

    private static string Refusal(string document, Action<JsonObject> change) =>
        Assert.Throws<ContractException>(() => Readers[document](Changed(document, change))).Message;

    private static byte[] Changed(string document, Action<JsonObject> change)
    {
        var utf8 = document switch
        {
            "event" => Encoding.UTF8.GetBytes(RecordedDocuments.Events("fraud")[0]),
            "snapshot" => new SnapshotFile(RecordedDocuments.PathTo("snapshot")).Read().Content!,
            _ => RecordedDocuments.Read(document),
        };
        var root = JsonNode.Parse(utf8)!.AsObject();
        change(root);
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }
}
