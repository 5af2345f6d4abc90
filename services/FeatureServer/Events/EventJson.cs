using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Features;
using ModelServing.Features.Events;
using ModelServing.Hosting;

namespace ModelServing.FeatureServer.Events;

/// <summary>Reads an event of a post, in which no member is null or occurs twice.</summary>
/// <param name="index">Its place in the post, for messages.</param>
/// <param name="now">The known time of an event without one.</param>
/// <param name="latest">A later event has not happened yet.</param>
internal readonly partial struct EventJson(int index, Instant now, Instant latest)
{
    private const string NameRule = "1 to 63 of A-Z, a-z, 0-9 and '_', not beginning with a digit";

    /// <summary>Reads the event at which the reader is.</summary>
    /// <exception cref="ContractException">The event is wrong; the message names the place.</exception>
    internal FeatureEvent Read(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject)
            throw Wrong("", "is not a JSON object");
        string? source = null;
        string? id = null;
        Instant? time = null;
        Instant? known = null;
        List<EventField>? fields = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            json.Read();
            switch (name)
            {
                case "source":
                    source = Text(ref json, ".source");
                    break;
                case "id":
                    id = Text(ref json, ".id");
                    break;
                case "time":
                    time = Time(ref json, ".time");
                    break;
                case "knownTime":
                    known = Time(ref json, ".knownTime");
                    break;
                case "fields":
                    fields = Fields(ref json);
                    break;
                default:
                    throw Wrong("." + name, "is not a member of an event; the members are source, id, time, knownTime and fields");
            }
        }

        if (source is null || !NameForm.IsMatch(source))
            throw Wrong(".source", source is null ? "is missing" : $"is '{source}'; it must be {NameRule}");
        if (id is null)
            throw Wrong(".id", "is missing");
        if (Encoding.UTF8.GetByteCount(id) is var length and (0 or > FeatureEvent.MaxIdBytes))
            throw Wrong(".id", $"has {length} bytes; it must have 1 to {FeatureEvent.MaxIdBytes}");
        if (time is not { } happened)
            throw Wrong(".time", "is missing");
        if (happened > latest)
            throw Wrong(".time", $"is {happened}, which is in the future");
        var since = known ?? (happened > now ? happened : now);
        if (since > latest)
            throw Wrong(".knownTime", $"is {since}, which is in the future");
        if (since < happened)
            throw Wrong(".knownTime", $"is {since}, which is before the event's time {happened}");
        return new FeatureEvent { Source = source, Id = id, Time = happened, KnownTime = since, Fields = fields ?? [] };
    }

    private List<EventField> Fields(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject)
            throw Wrong(".fields", "is not a JSON object");
        var fields = new List<EventField>();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            var place = ".fields." + name;
            if (!NameForm.IsMatch(name))
                throw Wrong(".fields", $"has the name '{name}'; a name must be {NameRule}");
            json.Read();
            if (fields.Count == EventFormat.MostFields)
                throw Wrong(".fields", $"has more than {EventFormat.MostFields} members");
            fields.Add(new EventField(name, Value(ref json, place)));
        }

        return fields;
    }

    private FieldValue Value(ref Utf8JsonReader json, string place)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.True or JsonTokenType.False:
                return FieldValue.FromBool(json.GetBoolean());
            case JsonTokenType.String:
                var text = json.GetString()!;
                return Encoding.UTF8.GetByteCount(text) <= FieldValue.MaxTextBytes
                    ? FieldValue.FromString(text)
                    : throw Wrong(place, $"has more than {FieldValue.MaxTextBytes} bytes");
            case JsonTokenType.Number:
                return ExactNumber.Read(ref json) ?? throw Wrong(
                    place,
                    $"is {JsonPlace.Shown(json.ValueSpan)}; a number is an int64, or a decimal of at most {FieldValue.MaxScale} " +
                        "decimal places whose digits are an int64");
            default:
                throw Wrong(place, "is neither a number, a bool nor a text");
        }
    }

    private string Text(ref Utf8JsonReader json, string place) =>
        json.TokenType == JsonTokenType.String ? json.GetString()! : throw Wrong(place, "is not a text");

    // Microseconds since 1970, or ISO 8601.
    private Instant Time(ref Utf8JsonReader json, string place)
    {
        if (json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var microseconds) && Instant.IsValid(microseconds))
            return new Instant(microseconds);
        if (json.TokenType == JsonTokenType.String
            && IsoTime.TryParse(json.GetString(), out var time)
            && Instant.TryFrom(time, out var instant))
            return instant;
        throw Wrong(place, $"must be {IsoTime.Form}, or whole microseconds since 1970, and between 1970 and 2255");
    }

    private ContractException Wrong(string place, string why) => new($"events[{index}]{place} {why}");

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,62}\z")]
    private static partial Regex NameForm { get; }
}
