using System.Buffers;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Rollout.Journal;

namespace ModelServing.Router.Rollouts;

/// <summary>The newest snapshot of any router of the environment, in the bucket. A router that starts takes the states of all models from
/// it, and reads only the journals that changed since.</summary>
/// <param name="store">The bucket.</param>
/// <param name="journal">The journal's address. A snapshot of another journal is not read.</param>
internal sealed class SharedSnapshot(IObjectStore store, string journal)
{
    private const int Schema = 1;

    // Some megabytes for a thousand models, before compression.
    private const int MaxBytes = 256 * 1024 * 1024;

    private static readonly ObjectKey Key = ObjectKey.Parse(ArtifactKeys.RoutersPrefix + "journal-snapshot.json.gz");

    /// <summary>Reads the snapshot; null for none.</summary>
    /// <exception cref="RegistryException">The bucket can't be read.</exception>
    /// <exception cref="ContractException">The object is not a snapshot of this journal that this program can read.</exception>
    internal async Task<KnownStates?> ReadAsync(CancellationToken cancellation)
    {
        await using var stored = await store.OpenAsync(Key, cancellation);
        if (stored is null)
            return null;
        if (stored.Length > MaxBytes)
            throw new ContractException($"the snapshot {Key.Text} has {stored.Length} bytes; at most {MaxBytes} are read");
        try
        {
            await using var plain = new GZipStream(stored.Content, CompressionMode.Decompress);
            using var document = await JsonDocument.ParseAsync(plain, cancellationToken: cancellation);
            var root = document.RootElement;
            if (root.GetProperty("schema").GetInt32() is var schema and not Schema)
                throw new ContractException($"the snapshot {Key.Text} has schema {schema}; this program reads schema {Schema}");
            if (root.GetProperty("journal").GetString() is var other && other != journal)
                throw new ContractException($"the snapshot {Key.Text} is of the journal {other}");
            var states = JournalSnapshot.Parse(JsonSerializer.SerializeToUtf8Bytes(root.GetProperty("states")));
            return new KnownStates(root.GetProperty("read").GetDateTimeOffset(), states.ToImmutableDictionary());
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            throw new ContractException($"the snapshot {Key.Text} can't be read: {e.Message}", e);
        }
    }

    /// <summary>Replaces the snapshot. If several routers do so at once, one of theirs stays, and each is right.</summary>
    /// <exception cref="RegistryException">The bucket can't be written.</exception>
    internal async Task WriteAsync(KnownStates known, CancellationToken cancellation)
    {
        var plain = new ArrayBufferWriter<byte>();
        await using (var writer = new Utf8JsonWriter(plain))
        {
            writer.WriteStartObject();
            writer.WriteNumber("schema", Schema);
            writer.WriteString("journal", journal);
            writer.WriteString("read", known.Read);
            writer.WritePropertyName("states");
            writer.WriteRawValue(JournalSnapshot.ToUtf8(known.States.Values));
            writer.WriteEndObject();
        }

        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(plain.WrittenMemory, cancellation);
        await store.ReplaceAsync(Key, packed.ToArray(), cancellation);
    }
}
