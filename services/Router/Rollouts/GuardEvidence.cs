using System.Globalization;
using System.Text.Json;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout.Guard;

namespace ModelServing.Router.Rollouts;

/// <summary>A verdict as the journal's evidence, and as one line for a person.</summary>
internal static class GuardEvidence
{
    private const string SummaryMember = "summary";

    internal static JsonElement ToJson(GuardVerdict verdict)
    {
        var written = Write(verdict);
        return written.GetRawText().Length <= RolledBackEvent.MaxEvidenceBytes / 2 ? written : Write(verdict with { Copies = [] });
    }

    internal static string Summarize(GuardVerdict verdict)
    {
        var other = verdict.Kind == GuardKind.MaxErrorRate ? "other first attempts" : "of stable";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Word(verdict.Kind)}: {verdict.Watched} failures against {verdict.Other} {other}, " +
            $"evidence {verdict.Evidence:0} of {verdict.Threshold:0}");
    }

    /// <summary>The summary in an event's evidence; null if the evidence has no summary.</summary>
    internal static string? SummaryOf(RolledBackEvent condemned) =>
        condemned.Evidence is { } evidence
        && evidence.TryGetProperty(SummaryMember, out var summary)
        && summary.ValueKind == JsonValueKind.String
            ? summary.GetString()
            : null;

    internal static string Word(GuardKind kind) => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());

    /// <summary>Evidence that is only a summary.</summary>
    internal static JsonElement ToJson(string summary) =>
        JsonSerializer.SerializeToElement(
            new Dictionary<string, string> { [SummaryMember] = summary }, GuardJson.Default.DictionaryStringString);

    private static JsonElement Write(GuardVerdict verdict) =>
        JsonSerializer.SerializeToElement(new RecordedVerdict(Summarize(verdict), verdict), GuardJson.Default.RecordedVerdict);
}
