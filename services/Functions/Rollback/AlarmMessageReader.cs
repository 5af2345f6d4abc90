using System.Globalization;
using System.Text.Json;

namespace ModelServing.Functions.Rollback;

/// <summary>
/// Reads messages of alarms: JSON in the formats RAW and PRETTY_JSON, version 1.x. Only the members that are used must be present. Names in
/// any case, further members, and values as text or number are accepted, because published examples differ in all of this.
/// </summary>
/// <remarks>
/// <code>
/// {"dedupeKey", "title", "body", "type", "severity", "timestampEpochMillis", "timestamp", "notificationType", "version",
///  "alarmMetaData": [{"id", "status", "severity", "namespace", "query", "totalMetricsFiring", "dimensions": [{}], "alarmUrl",
///                     "alarmSummary", "metricValues": [{}]}]}
/// </code>
/// <c>metricValues</c> is in the metadata or beside it, with one entry for each of <c>dimensions</c>.
/// </remarks>
internal static class AlarmMessageReader
{
    /// <summary>The most streams in a message. Alarms with a message per stream send one; Monitoring sends at most 64 KB.</summary>
    internal const int MaxStreams = 500;

    private const int MaxText = 200;

    // Readers differ in which of two members they take.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private static readonly string[] Firing = ["OK_TO_FIRING", "REPEAT"];
    private static readonly string[] Over = ["FIRING_TO_OK", "RESET"];

    /// <summary>Reads a message.</summary>
    /// <exception cref="AlarmMessageException">The payload is not an alarm's message.</exception>
    internal static AlarmMessage Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, Strict);
            return Read(document.RootElement);
        }
        catch (JsonException e) when (e.LineNumber is null)
        {
            // The only other fault that the options make one.
            throw new AlarmMessageException($"it has a member twice: {e.Message}");
        }
        catch (JsonException e)
        {
            throw new AlarmMessageException($"it is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");
        }
        catch (InvalidOperationException)
        {
            // The JSON reader throws this for text that is not UTF-8, or has half a surrogate pair.
            throw new AlarmMessageException("it contains invalid text");
        }
    }

    private static AlarmMessage Read(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object)
            throw new AlarmMessageException("it is not a JSON object");
        var type = Text(message, "type") ?? "";
        if (Member(message, "alarmMetaData") is not { ValueKind: JsonValueKind.Array } metadata)
            throw new AlarmMessageException("it has no alarmMetaData, which every alarm's message has");
        var title = Text(message, "title") ?? "";
        var time = TimeOf(message);
        var streams = new List<AlarmStream>();
        foreach (var alarm in metadata.EnumerateArray())
        {
            if (alarm.ValueKind != JsonValueKind.Object)
                throw new AlarmMessageException("an entry of alarmMetaData is not a JSON object");
            var values = Entries(Member(alarm, "metricValues") ?? Member(message, "metricValues"));
            var dimensions = Entries(Member(alarm, "dimensions"));
            var isFiring = IsFiring(type, Text(alarm, "status"));
            // A firing alarm may name no stream at all.
            for (var i = 0; i < dimensions.Count || (i == 0 && isFiring); i++)
            {
                if (streams.Count == MaxStreams)
                    throw new AlarmMessageException($"it is about more than {MaxStreams} streams");
                var named = i < dimensions.Count ? Dimensions(dimensions[i]) : EmptyDimensions;
                streams.Add(new AlarmStream(title, Text(alarm, "query"), isFiring, named, time, ValueOf(values, i, dimensions.Count)));
            }
        }

        return new AlarmMessage(type, streams);
    }

    private static IReadOnlyDictionary<string, string> EmptyDimensions { get; } = new Dictionary<string, string>();

    private static bool IsFiring(string type, string? status) =>
        !Over.Contains(type, StringComparer.OrdinalIgnoreCase) && (status is null
            ? Firing.Contains(type, StringComparer.OrdinalIgnoreCase)
            : status.Equals("FIRING", StringComparison.OrdinalIgnoreCase));

    private static List<JsonElement> Entries(JsonElement? array) => array switch
    {
        { ValueKind: JsonValueKind.Array } several => [.. several.EnumerateArray()],
        { ValueKind: JsonValueKind.Object } one => [one],
        _ => [],
    };

    private static Dictionary<string, string> Dimensions(JsonElement stream)
    {
        var dimensions = new Dictionary<string, string>(StringComparer.Ordinal);
        if (stream.ValueKind != JsonValueKind.Object)
            return dimensions;
        foreach (var member in stream.EnumerateObject())
        {
            if (Text(member.Value) is { } value)
                dimensions[member.Name] = value;
        }

        return dimensions;
    }

    // One entry for each stream. If there is only one stream, a query with several conditions may have several entries for it.
    private static string? ValueOf(List<JsonElement> values, int stream, int streams)
    {
        var own = values.Count == streams ? values.Skip(stream).Take(1) : streams <= 1 ? values : [];
        var text = string.Join(", ", own.SelectMany(static value => value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject().Select(static member => Text(member.Value))
            : [Text(value)]).OfType<string>());
        return text.Length == 0 ? null : text[..Math.Min(text.Length, MaxText)];
    }

    private static DateTimeOffset? TimeOf(JsonElement message)
    {
        if (Member(message, "timestampEpochMillis") is { ValueKind: JsonValueKind.Number } number
            && number.TryGetInt64(out var milliseconds)
            && milliseconds >= 0 && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParse(Text(message, "timestamp"), CultureInfo.InvariantCulture, Utc, out var time) ? time : null;
    }

    private static JsonElement? Member(JsonElement parent, string name)
    {
        JsonElement? found = null;
        foreach (var member in parent.EnumerateObject())
        {
            if (!member.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || member.Value.ValueKind == JsonValueKind.Null)
                continue;
            if (found is not null)
                throw new AlarmMessageException($"it has '{name}' twice");
            found = member.Value;
        }

        return found;
    }

    private static string? Text(JsonElement parent, string name) => Member(parent, name) is { } value ? Text(value) : null;

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };
}
