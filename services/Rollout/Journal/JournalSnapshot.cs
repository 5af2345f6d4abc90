using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Rollout.Journal;

/// <summary>Converts the states of all models to bytes and back, so that a router can keep them on disk.</summary>
public static class JournalSnapshot
{
    /// <summary>The only schema that this program writes and reads.</summary>
    public const int CurrentSchema = 1;

    public static byte[] ToUtf8(IEnumerable<JournalState> states)
    {
        ArgumentNullException.ThrowIfNull(states);
        var models = states.OrderBy(static state => state.Model).Select(static state => new ModelEntry
        {
            Model = state.Model,
            LastSeq = state.LastSeq,
            LastId = state.LastId,
            Versions = [.. state.Versions.Values.Select(Write)],
            Served = [.. state.Served.Select(Write)],
            LastRollout = Write(state.LastRollout),
        });
        return JsonSerializer.SerializeToUtf8Bytes(
            new SnapshotDocument { Schema = CurrentSchema, Models = [.. models] },
            SnapshotJson.Default.SnapshotDocument);
    }

    /// <exception cref="ContractException">The bytes were not written by <see cref="ToUtf8"/> with this program's schema.</exception>
    public static IReadOnlyDictionary<ModelName, JournalState> Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var document = JsonSerializer.Deserialize(utf8, SnapshotJson.Default.SnapshotDocument) ?? throw new JsonException("it is null");
            if (document.Schema != CurrentSchema)
                throw new JsonException($"its schema is {document.Schema}; this program reads schema {CurrentSchema}");
            return document.Models.Select(Required).ToDictionary(static entry => entry.Model, static entry => new JournalState(
                entry.Model,
                entry.LastSeq,
                entry.LastId,
                entry.Versions.Select(Required).Select(Read),
                entry.Served.Select(Required).Select(Read),
                Read<RolloutEvent>(entry.LastRollout)));
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidCastException)
        {
            throw new ContractException($"the snapshot of the journal can't be read: {e.Message}", e);
        }
    }

    // The JSON reader ignores the nullability annotations of list items.
    private static T Required<T>(T entry) => entry ?? throw new JsonException("an entry is null");

    private static VersionEntry Write(VersionState version) => new()
    {
        Version = version.Version,
        Trial = version.Trial,
        Started = version.Started,
        Condemned = Write(version.Condemned),
    };

    private static ServedEntry Write(ServedRollout served) => new()
    {
        Event = Write(served.Event)!.Value,
        Layout = [.. served.Layout.Runs.Select(static run => new RunEntry(run.Variant, run.Count))],
    };

    private static VersionState Read(VersionEntry entry) =>
        new(entry.Version, entry.Trial, entry.Started, Read<RolledBackEvent>(entry.Condemned));

    private static ServedRollout Read(ServedEntry entry)
    {
        var served = Read<RolloutEvent>(entry.Event)!;
        var runs = entry.Layout.Select(Required).Select(static run => (run.Variant, run.Count));
        return new ServedRollout(served, BucketLayout.Create(served.Rollout.Variants, runs));
    }

    private static JsonElement? Write(JournalEvent? written) => written is null ? null : JsonElement.Parse(written.ToUtf8());

    private static T? Read<T>(JsonElement? element)
        where T : JournalEvent =>
            element is { } there
                ? (T)JournalEvent.Parse(JsonSerializer.SerializeToUtf8Bytes(there, SnapshotJson.Default.JsonElement))
                : null;
}
