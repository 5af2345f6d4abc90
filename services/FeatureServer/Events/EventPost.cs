using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Features;
using ModelServing.Features.Events;

namespace ModelServing.FeatureServer.Events;

/// <summary>
/// A post of events in JSON:
/// <code>
/// {"events": [{"source": "payments", "id": "tx-1", "time": "2026-11-28T10:30:00.25Z", "fields": {"card_id": 42, "amount": 12.50}}]}
/// </code>
/// A number without a point is an int64, one with a point an exact decimal. So an event is logged as it was sent, whatever views use it,
/// and a later view can read it too.
/// </summary>
internal static class EventPost
{
    /// <summary>The most events of a post.</summary>
    internal const int Most = 5000;

    /// <summary>The most bytes of a post.</summary>
    internal const int MostBytes = 4 * 1024 * 1024;

    // Clocks differ a little.
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(5);

    /// <summary>Reads the events. One without a known time is known now.</summary>
    /// <exception cref="ContractException">The body is wrong; the message names the place.</exception>
    internal static List<FeatureEvent> Read(ReadOnlySpan<byte> utf8, DateTimeOffset now)
    {
        var events = new List<FeatureEvent>();
        try
        {
            var json = new Utf8JsonReader(CallerJson.Read(utf8, "request"));
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                throw new ContractException("the request is not a JSON object; it must be {\"events\": [...]}");
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (!json.ValueTextEquals("events"u8))
                    throw new ContractException($"the request has '{json.GetString()}'; it must be {{\"events\": [...]}}");
                json.Read();
                if (json.TokenType != JsonTokenType.StartArray)
                    throw new ContractException("events is not a list");
                while (json.Read() && json.TokenType != JsonTokenType.EndArray)
                {
                    if (events.Count == Most)
                        throw new ContractException($"events has more than {Most} items");
                    events.Add(new EventJson(events.Count, Instant.From(now), Instant.From(now + Ahead)).Read(ref json));
                }
            }

            if (json.Read())
                throw new ContractException("something follows the request's JSON");
        }
        catch (JsonException e)
        {
            throw new ContractException($"the request is not JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine}", e);
        }

        return events.Count > 0 ? events : throw new ContractException("events is empty");
    }
}
