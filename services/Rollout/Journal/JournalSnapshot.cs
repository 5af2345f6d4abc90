using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Rollout.Journal;

/// <summary>The journal's states of all models as bytes, so that a router can keep them on disk.</summary>
public static class JournalSnapshot
{
    /// <summary>The schema that this program writes, and the only one that it reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The states as UTF-8 JSON.</summary>
    public static byte[] ToUtf8(IEnumerable<JournalState> states)
    {
        ArgumentNullException.ThrowIfNull(states);
        var models = states.OrderBy(static state => state.Model).Select(static state => new ModelEntry
        {
            Model = state.Model,
            LastSeq = state.LastSeq,
            LastId = state.LastId,
            Versions = [.. state.Versions.Values.Select(static version => new VersionEntry { Version = version.Version, Trial = version.Trial, Started = version.Started, Condemned = Write(version.Condemned) })],
            Served = [.. state.Served.Select(static served => new ServedEntry { Event = Write(served.Event)!.Value, Layout = [.. served.Layout.Runs.Select(static run => new RunEntry(run.Variant, run.Count))] })],
            LastRollout = Write(state.LastRollout),
        });
        return JsonSerializer.SerializeToUtf8Bytes(new SnapshotDocument { Schema = CurrentSchema, Models = [.. models] }, SnapshotJson.Default.SnapshotDocument);
    }

    /// <summary>Reads states.</summary>
    /// <exception cref="ContractException">The bytes are not what <see cref="ToUtf8"/> of this program's schema writes.</exception>
    public static IReadOnlyDictionary<ModelName, JournalState> Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var document = JsonSerializer.Deserialize(utf8, SnapshotJson.Default.SnapshotDocument) ?? throw new JsonException("it is null");
            if (document.Schema != CurrentSchema)
                throw new JsonException($"it has schema {document.Schema}, and this program reads schema {CurrentSchema}");
            return document.Models.Select(Required).ToDictionary(static entry => entry.Model, static entry => new JournalState(
                entry.Model,
                entry.LastSeq,
                entry.LastId,
                entry.Versions.Select(Required).Select(static version => new VersionState(version.Version, version.Trial, version.Started, Read<RolledBackEvent>(version.Condemned))),
                entry.Served.Select(Required).Select(Read),
                Read<RolloutEvent>(entry.LastRollout)));
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidCastException)
        {
            throw new ContractException($"the snapshot of the journal can't be read: {e.Message}", e);
        }
    }

    // The annotations of a list's items are not seen by the reader.
    private static T Required<T>(T entry) => entry ?? throw new JsonException("an entry is null");

    private static ServedRollout Read(ServedEntry entry)
    {
        var served = Read<RolloutEvent>(entry.Event)!;
        return new ServedRollout(served, BucketLayout.Create(served.Rollout.Variants, entry.Layout.Select(Required).Select(static run => (run.Variant, run.Count))));
    }

    private static JsonElement? Write(JournalEvent? written) => written is null ? null : JsonElement.Parse(written.ToUtf8());

    private static T? Read<T>(JsonElement? element)
        where T : JournalEvent => element is { } there ? (T)JournalEvent.Parse(JsonSerializer.SerializeToUtf8Bytes(there, SnapshotJson.Default.JsonElement)) : null;
}
