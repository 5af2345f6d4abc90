using System.Globalization;
using System.Text.Json;

namespace ModelServing.Cli.Monitoring;

/// <summary>Writes the message of an alarm as Monitoring sends it to a topic: raw format, one stream, version 1.5.</summary>
/// <remarks>See "Alarm Message Format" in Oracle's documentation.</remarks>
internal static class AlarmMessageWriter
{
    /// <summary>Writes the message as JSON, on one line.</summary>
    /// <param name="transition">The change of the stream.</param>
    /// <param name="title">The alarm's display name.</param>
    internal static byte[] Write(AlarmTransition transition, string title)
    {
        var (alarm, firing) = (transition.Alarm, transition.Change == AlarmChange.OkToFiring);
        var severity = alarm.Severity.ToString().ToUpperInvariant();
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("dedupeKey", $"{title}/{transition.Stream}");
            json.WriteString("title", title);
            json.WriteString("body", alarm.Text);
            json.WriteString("type", TypeOf(transition.Change));
            json.WriteString("severity", severity);
            json.WriteNumber("timestampEpochMillis", transition.Time.ToUnixTimeMilliseconds());
            json.WriteString(
                "timestamp",
                transition.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteStartArray("alarmMetaData");
            json.WriteStartObject();
            json.WriteString("id", $"local.alarm.{alarm.Name}");
            json.WriteString("status", firing ? "FIRING" : "OK");
            json.WriteString("severity", severity);
            json.WriteString("namespace", alarm.Namespace);
            json.WriteString("query", alarm.Query);
            json.WriteNumber("totalMetricsFiring", firing ? 1 : 0);
            json.WriteStartArray("dimensions");
            json.WriteStartObject();
            foreach (var (name, value) in transition.Stream.Values)
                json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteEndArray();
            var minutes = $"{alarm.Pending.TotalMinutes:0} minute{(alarm.Pending > TimeSpan.FromMinutes(1) ? "s" : "")}";
            json.WriteString(
                "alarmSummary",
                $"Alarm \"{title}\" is in a \"{(firing ? "FIRING" : "OK")}\" state; because {(firing ? 1 : 0)} metrics meet the " +
                    $"trigger rule: \"{alarm.Query}\", with a trigger delay of {minutes}");
            json.WriteStartArray("metricValues");
            json.WriteStartObject();
            foreach (var (expression, value) in transition.Values)
                json.WriteString(expression, value.ToString("0.##", CultureInfo.InvariantCulture));
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteString("notificationType", "Split messages per metric stream");
            json.WriteNumber("version", 1.5);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static string TypeOf(AlarmChange change) => change switch
    {
        AlarmChange.OkToFiring => "OK_TO_FIRING",
        AlarmChange.FiringToOk => "FIRING_TO_OK",
        _ => "RESET",
    };
}
