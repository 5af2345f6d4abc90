using System.Globalization;
using System.Text.Json;

namespace ModelServing.Functions.Rollback;

/// <summary>
/// Reads messages of alarms: JSON in the formats RAW and PRETTY_JSON, version 1.x. Only what is needed has to be there; members' names in any
/// case, more members, and values as text or number are no faults, as examples differ in all of it.
/// </summary>
/// <remarks>
/// <code>
/// {"dedupeKey", "title", "body", "type", "severity", "timestampEpochMillis", "timestamp", "notificationType", "version",
///  "alarmMetaData": [{"id", "status", "severity", "namespace", "query", "totalMetricsFiring", "dimensions": [{}], "alarmUrl",
///                     "alarmSummary", "metricValues": [{}]}]}
/// </code>
/// <c>metricValues</c> stands in the metadata or beside it, with one entry for each of <c>dimensions</c>.
/// </remarks>
internal static class AlarmMessageReader
{
    /// <summary>The most streams in a message. A message for each stream has one; Monitoring sends at most 64 KB.</summary>
    internal const int MaxStreams = 500;

    private const int MaxText = 200;

    private static readonly string[] Firing = ["OK_TO_FIRING", "REPEAT"];
    private static readonly string[] Over = ["FIRING_TO_OK", "RESET"];

    /// <summary>Reads a message.</summary>
    /// <exception cref="AlarmMessageException">It is none.</exception>
    internal static AlarmMessage Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new AlarmMessageException($"it is no JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");
        }
        catch (InvalidOperationException)
        {
            // Of the reader's own: text in it is no UTF-8, or half a surrogate pair.
            throw new AlarmMessageException("it has text that is none");
        }
    }

    private static AlarmMessage Read(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object)
            throw new AlarmMessageException("it is no JSON object");
        var type = Text(message, "type") ?? "";
        if (Member(message, "alarmMetaData") is not { ValueKind: JsonValueKind.Array } metadata)
            throw new AlarmMessageException("it has no alarmMetaData, as every alarm's message has");
        var title = Text(message, "title") ?? "";
        var time = TimeOf(message);
        var streams = new List<AlarmStream>();
        foreach (var alarm in metadata.EnumerateArray())
        {
            if (alarm.ValueKind != JsonValueKind.Object)
                throw new AlarmMessageException("an entry of alarmMetaData is no JSON object");
            var values = Entries(Member(alarm, "metricValues") ?? Member(message, "metricValues"));
            var dimensions = Entries(Member(alarm, "dimensions"));
            var isFiring = IsFiring(type, Text(alarm, "status"));
            // One that fires for nothing that it names is a message all the same.
            for (var i = 0; i < dimensions.Count || (i == 0 && isFiring); i++)
            {
                if (streams.Count == MaxStreams)
                    throw new AlarmMessageException($"it is about more than {MaxStreams} streams");
                streams.Add(new AlarmStream(title, Text(alarm, "query"), isFiring, i < dimensions.Count ? Dimensions(dimensions[i]) : EmptyDimensions, time, ValueOf(values, i, dimensions.Count)));
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

    // One entry for each stream; a query of several conditions may have several for the only one.
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
        if (Member(message, "timestampEpochMillis") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var milliseconds)
            && milliseconds >= 0 && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return DateTimeOffset.TryParse(Text(message, "timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
    }

    private static JsonElement? Member(JsonElement of, string name)
    {
        foreach (var member in of.EnumerateObject())
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return member.Value;
        }

        return null;
    }

    private static string? Text(JsonElement of, string name) => Member(of, name) is { } value ? Text(value) : null;

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };
}
