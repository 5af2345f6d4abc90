using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ModelServing.Contracts;

namespace ModelServing.Journal;

/// <summary>Says that an event of a model is about to be put. A reader that reads the changes need not ask for every model.</summary>
/// <param name="Number">The writer's time, in microseconds since 1970, which is also the row's number.</param>
/// <param name="Seq">The number of the event.</param>
public sealed record ChangeRow(long Number, ModelName Model, long Seq)
{
    /// <summary>The key of the rows of changes, where events have their model. No model can have this name.</summary>
    public const string Key = ".changes";

    /// <summary>How long a change is kept at least. A reader that has not read changes for that long reads every
    /// model.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    /// <summary>The number of a change at a time.</summary>
    public static long NumberAt(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The row's JSON.</summary>
    public byte[] ToUtf8()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("model", Model.Text);
        writer.WriteNumber("seq", Seq);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a row.</summary>
    /// <param name="location">The store, for the message.</param>
    /// <param name="number">The row's number.</param>
    /// <param name="utf8">The row's JSON.</param>
    /// <exception cref="JournalException">It is not a change.</exception>
    public static ChangeRow Read(string location, long number, ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8);
            var row = JsonElement.ParseValue(ref reader);
            if (row.ValueKind == JsonValueKind.Object
                && row.TryGetProperty("model", out var name) && name.ValueKind == JsonValueKind.String
                && ModelName.TryParse(name.GetString(), null, out var model)
                && row.TryGetProperty("seq", out var seq) && seq.ValueKind == JsonValueKind.Number && seq.TryGetInt64(out var of))
                return new ChangeRow(number, model, of);
        }
        catch (JsonException)
        {
            // The exception below says it.
        }

        throw new JournalException(
            JournalError.Damaged,
            string.Create(CultureInfo.InvariantCulture, $"change {number} in the journal {location} does not name a model and an event"));
    }
}
